namespace IconDiffusion.Specs;

/// <summary>What a person's file says, an experiment's or one of comparisons, and where it lies. A file is read once: a pipe, such as <c>&lt;(…)</c> or <c>/dev/stdin</c>, tells everything once.</summary>
/// <param name="Text">JSON with comments.</param>
/// <param name="Source">What errors call it.</param>
/// <param name="Folder">Where the paths in it that are relative begin; null: they stay as they are written.</param>
public sealed record SpecFile(string Text, string Source, string? Folder)
{
    // What lies there is a pipe or an open file of the process, which is named in the terminal's folder.
    private static readonly string[] Nowhere = ["/dev/", "/proc/"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="ExperimentException">It is missing, or a folder.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SpecFile Read(string path)
    {
        if (Directory.Exists(path))
            throw new ExperimentException($"'{path}' is a folder; wanted an experiment file.");
        if (!File.Exists(path))
            throw new ExperimentException($"There is no experiment file '{path}'.");
        var full = Path.GetFullPath(path);
        return new(File.ReadAllText(path), path, Nowhere.Any(full.StartsWith) ? Environment.CurrentDirectory : Path.GetDirectoryName(full));
    }

    /// <summary>The data set with its folder's path in full, if it is of a folder.</summary>
    internal DatasetSpec Placed(DatasetSpec dataset) => dataset is FolderSpec folder ? folder with { Path = InFull(folder.Path) } : dataset;

    /// <summary>The model with the path of its content icons' folder in full, if it is a style transfer with one.</summary>
    internal ModelSpec Placed(ModelSpec model) => model is StyleTransferSpec style ? style with { Content = Placed(style.Content) } : model;

    /// <summary>The evaluation with the path of the user's own network in full, if it names one.</summary>
    internal EvaluationSpec Placed(EvaluationSpec evaluation) =>
        evaluation.Features?.File is { } network ? evaluation with { Features = FeatureSource.TryParse(InFull(network)) } : evaluation;

    /// <summary>The training with the path of the weights that it starts from in full, if it names a file of them.</summary>
    internal TrainingSpec Placed(TrainingSpec training) =>
        training.From is { } path && SourceName.IsPath(path) ? training with { From = InFull(path) } : training;

    // '~' is the user's home, and what is relative lies beside the file.
    private string InFull(string path) => path switch
    {
        _ when Folder is null || path.Length == 0 || Path.IsPathFullyQualified(path) => path,
        "~" => Home,
        ['~', '/' or '\\', .. var below] => Path.GetFullPath(below, Home),
        _ => Path.GetFullPath(path, Folder),
    };

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
}
