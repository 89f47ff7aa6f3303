namespace IconDiffusion.Specs.Files;

/// <summary>
/// The one folder that holds everything made here, shareable between machines:
/// <c>runs/ID</c> (a trained model and its icons), <c>experiments/NAME</c> (tables), <c>datasets/</c> (prepared icons), <c>consents/</c>, <c>sources/</c>
/// (weights that trainings start from), <c>weights/</c>.
/// </summary>
public sealed class DataFolder(string path)
{
    /// <summary>Absolute path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Under which key machines share a file of the folder: its path in it, with <c>/</c>.</summary>
    public string KeyOf(string path) => System.IO.Path.GetRelativePath(Path, path).Replace(System.IO.Path.DirectorySeparatorChar, '/');

    public string Runs => In("runs");

    public string Datasets => In("datasets");

    /// <summary>Whose consent the data sets rest on.</summary>
    public string Consents => In("consents");

    /// <summary>Network weights that are not ours, such as the FID Inception file, and features cached from them.</summary>
    public string Weights => In("weights");

    /// <summary>The convolutions of VGG-19 that style transfer sees with, safetensors, there or not.</summary>
    public string Vgg19Weights => In("weights", "vgg19-dcbb9e9d.safetensors");

    /// <summary>A file of weights that trainings start from, kept under its SHA-256.</summary>
    public string Source(string hash) => In("sources", hash + ".safetensors");

    /// <summary>Packages of drawings that were installed on request.</summary>
    public string Packages => In("packages");

    /// <summary>The folder of one run; see <see cref="RunIdentity.Run"/>.</summary>
    public string Run(string runId) => In("runs", runId);

    public string Experiments => In("experiments");

    /// <summary>The folder of one experiment's table and figure; see <see cref="RunIdentity.Experiment"/>.</summary>
    public string Experiment(string id) => In("experiments", id);

    private string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);
}
