using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.AspNetCore.Http;

namespace IconDiffusion.Silo.Api;

/// <summary>
/// Reads a submission and makes sure that it can be run here: valid, of a bearable size, with all its data sets and the weights that runs start from.
/// Where it leaves the feature network open, that is settled here, once for all silos that will work on it.
/// </summary>
internal sealed class SubmissionReader(SiloOptions options, Datasets datasets, TransferSources sources)
{
    private const int MostErrors = 20;

    /// <returns>The submission with a feature network, a fingerprint and, where it starts from other weights, their whole name for every run.</returns>
    /// <exception cref="ApiException">It cannot be run.</exception>
    public async Task<Submission> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var submission = Settled(Parse(await BodyAsync(request, cancellationToken)));
        Check(submission);
        submission = await WithContentsAsync(submission, cancellationToken);
        var fingerprints = await FingerprintsAsync(submission, cancellationToken);
        return submission with { Fingerprints = [.. fingerprints], Sources = await SourcesAsync(submission, fingerprints, cancellationToken) };
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, $"The content type is '{request.ContentType}'; wanted application/json.");
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        return body.ToArray();
    }

    private static Submission Parse(byte[] body)
    {
        try
        {
            return SpecReader.ReadSubmission(body, "request");
        }
        catch (ExperimentException malformed)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, malformed.Message);
        }
    }

    // An own network was settled where its files are.
    private Submission Settled(Submission submission)
    {
        var data = new DataFolder(options.Data);
        var publishedIsThere = File.Exists(data.InceptionWeights);
        return submission with
        {
            Experiment = submission.Experiment with
            {
                Runs = [.. submission.Experiment.Runs.Select(run => run with { Evaluation = run.Evaluation.Settled(publishedIsThere), Model = data.Settled(run.Model) })],
            },
        };
    }

    private void Check(Submission submission)
    {
        var experiment = submission.Experiment;
        if (experiment.Runs.Count > options.MaxCells)
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"The experiment has {experiment.Runs.Count} cells; wanted at most {options.MaxCells}.");
        List<string> errors = [.. SpecValidation.Check(experiment).Take(MostErrors)];
        if (experiment.Runs.Count == 0)
            errors.Add("runs is empty; wanted at least one.");
        if (submission.Fingerprints is { } given && given.Count != experiment.Runs.Count)
            errors.Add($"fingerprints has {given.Count} entries; wanted one for each of {experiment.Runs.Count} runs.");
        foreach (var fingerprint in submission.Fingerprints ?? [])
            if (fingerprint is not null && !Datasets.IsFingerprint(fingerprint))
                errors.Add($"fingerprints has '{fingerprint}'; wanted 64 lower-case hexadecimal digits.");
        if (errors.Count > 0)
            throw Unprocessable(errors);
        if (options.Only is { } only && RunIdentity.Experiment(experiment) != only)
            throw new ApiException(StatusCodes.Status409Conflict, $"This silo works for the experiment {only} alone; wait until it is finished, or submit to another silo.");
    }

    private async Task<IReadOnlyList<string?>> FingerprintsAsync(Submission submission, CancellationToken cancellationToken)
    {
        var runs = submission.Experiment.Runs;
        var fingerprints = new string?[runs.Count];
        var errors = new SortedSet<string>(StringComparer.Ordinal);
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var wanted = runs.Select((run, i) => (run.Dataset, Given: submission.Fingerprints?[i], Index: i)).GroupBy(run => (run.Dataset, run.Given));
        foreach (var group in wanted)
        {
            var fingerprint = await FingerprintAsync("dataset", group.Key.Dataset, group.Key.Given, errors, missing, cancellationToken);
            foreach (var run in group)
                fingerprints[run.Index] = fingerprint;
        }
        Require(errors, missing);
        return fingerprints;
    }

    // The content icons of style transfers are a part of their models.
    private async Task<Submission> WithContentsAsync(Submission submission, CancellationToken cancellationToken)
    {
        var errors = new SortedSet<string>(StringComparer.Ordinal);
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var runs = submission.Experiment.Runs.ToArray();
        foreach (var group in runs.Index().Where(run => run.Item.Model is StyleTransferSpec).GroupBy(run => (StyleTransferSpec)run.Item.Model))
        {
            var fingerprint = await FingerprintAsync("model.content", group.Key.Content, group.Key.ContentFingerprint, errors, missing, cancellationToken);
            foreach (var (index, run) in group)
                runs[index] = run with { Model = group.Key with { ContentFingerprint = fingerprint } };
        }
        Require(errors, missing);
        return submission with { Experiment = submission.Experiment with { Runs = [.. runs] } };
    }

    // Of icons that are here afterwards, unless they are among the errors or missing.
    private async Task<string?> FingerprintAsync(
        string key, DatasetSpec dataset, string? fingerprint, SortedSet<string> errors, SortedSet<string> missing, CancellationToken cancellationToken)
    {
        try
        {
            if (fingerprint is null && dataset is FolderSpec)
                errors.Add($"{key}.source is folder, whose images the silo does not see; wanted its fingerprint, which PUT /api/folders/KEY gives.");
            else if (fingerprint is null)
                fingerprint = await datasets.PrepareAsync(dataset);
            else if (!await datasets.ContainsAsync(fingerprint, cancellationToken))
                missing.Add(fingerprint);
            else if (await datasets.FaultAsync(fingerprint, dataset) is { } fault)
                errors.Add(fault);
        }
        catch (Exception failure) when (failure is DatasetException or ImageException)
        {
            errors.Add(failure.Message);
        }
        return fingerprint;
    }

    private static void Require(SortedSet<string> errors, SortedSet<string> missing)
    {
        if (errors.Count > 0)
            throw Unprocessable([.. errors.Take(MostErrors)]);
        if (missing.Count > 0)
            throw new ApiException(StatusCodes.Status422UnprocessableEntity,
                $"{missing.Count} data set(s) are not in the silo; send their folders first.", ("missing", missing));
    }

    private async Task<EquatableList<string?>?> SourcesAsync(Submission submission, IReadOnlyList<string?> fingerprints, CancellationToken cancellationToken)
    {
        if (submission.Experiment.Runs.FirstOrDefault(run => run.Training.From is { } from && SourceName.IsPath(from)) is { } run)
            throw Unprocessable([$"training.from is '{run.Training.From}', a file that the silo does not see; wanted a run's id, or 'icon run' on the machine that has the silo's data folder."]);
        try
        {
            return await sources.SettleAsync(submission.Experiment.Runs, fingerprints, cancellationToken);
        }
        catch (Exception failure) when (failure is ExperimentException or ConsentException or DatasetException)
        {
            throw Unprocessable([failure.Message]);
        }
    }

    private static ApiException Unprocessable(List<string> errors) =>
        new(StatusCodes.Status422UnprocessableEntity, errors[0], ("errors", errors));
}
