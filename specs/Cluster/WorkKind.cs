using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace IconDiffusion.Specs.Cluster;

/// <summary>
/// A kind of work. The rows below are the table of all kinds: whoever must tell kinds apart asks it, and nothing else switches over them.
/// How the work is done (stage, files, memory) needs the engine and is bound to each row in the silo, see its <c>Stage</c>.
/// </summary>
[JsonConverter(typeof(ByName))]
public sealed class WorkKind
{
    public static readonly WorkKind Training = Row<TrainingWork, TrainingDone>(
        name: "training", outcome: "trained", grain: "trainingrun",
        key: work => work.RunId,
        word: "training", cell: CellState.Training, isTimed: true);

    public static readonly WorkKind Samples = Row<SampleWork, SamplesDone>(
        name: "samples", outcome: "sampled", grain: "samplebatch",
        key: work => $"{work.RunId}/{RunIdentity.Samples(work.Run.Sampling.Sampler)}/{work.First}-{work.Count}",
        word: "sampling", cell: CellState.Sampling, isTimed: true);

    public static readonly WorkKind Evaluation = Row<EvaluationWork, EvaluationDone>(
        name: "evaluation", outcome: "evaluated", grain: "evaluation",
        key: work => $"{work.RunId}/{RunIdentity.Result(work.Run)}",
        word: "scoring", cell: CellState.Evaluating, isTimed: false);

    public static readonly WorkKind Report = Row<ReportWork, ReportDone>(
        name: "report", outcome: "reported", grain: "report",
        key: work => $"{work.Experiment}#{work.Name}",
        word: "reporting", cell: null, isTimed: false);

    public static readonly WorkKind Drawing = Row<DrawingWork, DrawingDone>(
        name: "drawing", outcome: "drawn", grain: "drawing",
        key: work => DrawingWork.KeyOf(work.RunId, work.Name),
        word: "drawing", cell: null, isTimed: false);

    /// <summary>All kinds. Where two pieces of work of one cell wait, the kind that stands first goes first.</summary>
    public static readonly EquatableList<WorkKind> All = [Training, Samples, Evaluation, Report, Drawing];

    static WorkKind()
    {
        for (var i = 0; i < All.Count; i++)
            All[i].Order = i;
    }

    private WorkKind()
    {
    }

    /// <summary>As it is spelt in JSON, both as a kind and as what tells the specs of work apart.</summary>
    public required string Name { get; init; }

    /// <summary>What tells its outcome from others in JSON.</summary>
    public required string OutcomeName { get; init; }

    /// <summary>The type of its specs.</summary>
    public required Type Spec { get; init; }

    /// <summary>The type of its outcome.</summary>
    public required Type Outcome { get; init; }

    /// <summary>The type of the grain that keeps a piece of it, as the database spells it.</summary>
    public required string Grain { get; init; }

    /// <summary>
    /// Names a piece of it: whoever asks for the same asks for the same key. Pieces whose keys differ behind a # alone write the same
    /// files and are not worked on at once.
    /// </summary>
    public required Func<WorkSpec, string> Key { get; init; }

    /// <summary>What people read of somebody who is at it: <c>scoring</c>.</summary>
    public required string Word { get; init; }

    /// <summary>The state of a cell while a device is at it; null: it is no part of a cell.</summary>
    public CellState? Cell { get; init; }

    /// <summary>Whether it takes long enough to count in estimates of time; what is not takes seconds.</summary>
    public required bool IsTimed { get; init; }

    /// <summary>Position in <see cref="All"/>.</summary>
    public int Order { get; private set; }

    /// <summary>The kind of a piece of work.</summary>
    public static WorkKind Of(WorkSpec work) => All.First(kind => kind.Spec == work.GetType());

    /// <summary>The kind that a device is at while a cell is in this state; null: none.</summary>
    public static WorkKind? Of(CellState state) => All.FirstOrDefault(kind => kind.Cell == state);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static WorkKind Row<TSpec, TOutcome>(
        string name, string outcome, string grain, Func<TSpec, string> key, string word, CellState? cell, bool isTimed)
        where TSpec : WorkSpec
        where TOutcome : WorkOutcome => new()
        {
            Name = name, OutcomeName = outcome, Spec = typeof(TSpec), Outcome = typeof(TOutcome), Grain = grain,
            Key = work => key((TSpec)work), Word = word, Cell = cell, IsTimed = isTimed,
        };

    private sealed class ByName : JsonConverter<WorkKind>
    {
        public override WorkKind Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var name = reader.GetString();
            return All.FirstOrDefault(kind => kind.Name == name)
                ?? throw new JsonException($"The kind of work is '{name}'; wanted one of {string.Join(", ", All)}.");
        }

        public override void Write(Utf8JsonWriter writer, WorkKind value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
    }
}

/// <summary>Specs of work are told apart by the names of their kinds.</summary>
internal sealed class SpecsOfWorkAttribute : KnownTypesAttribute
{
    /// <inheritdoc/>
    public override JsonPolymorphismOptions Options
    {
        get
        {
            var options = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "work" };
            foreach (var kind in WorkKind.All)
                options.DerivedTypes.Add(new(kind.Spec, kind.Name));
            return options;
        }
    }
}

/// <summary>Outcomes are told apart by the names that their kinds give them; two are of no kind.</summary>
internal sealed class OutcomesOfWorkAttribute : KnownTypesAttribute
{
    /// <inheritdoc/>
    public override JsonPolymorphismOptions Options
    {
        get
        {
            var options = new JsonPolymorphismOptions
            {
                TypeDiscriminatorPropertyName = "outcome",
                DerivedTypes = { new(typeof(WorkStopped), "stopped"), new(typeof(WorkFailed), "failed") },
            };
            foreach (var kind in WorkKind.All)
                options.DerivedTypes.Add(new(kind.Outcome, kind.OutcomeName));
            return options;
        }
    }
}
