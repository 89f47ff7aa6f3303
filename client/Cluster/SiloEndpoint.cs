using IconDiffusion.Specs.Files;

namespace IconDiffusion.Client.Cluster;

/// <summary>Where a silo listens and the token that it asks for.</summary>
/// <param name="Url">Root of its API.</param>
/// <param name="Token">Bearer token.</param>
/// <param name="Fingerprint">SHA-256 of the authority that alone is believed there, 64 hexadecimal digits; null: those that this machine trusts.</param>
/// <param name="Hint">What helps when nobody answers there.</param>
internal sealed record SiloEndpoint(Uri Url, string Token, string? Fingerprint, string Hint)
{
    private const string UrlVariable = "ICONDIFFUSION_URL";
    private const string TokenVariable = "ICONDIFFUSION_TOKEN";

    /// <summary>Whether <see cref="Find"/> would find a silo to ask.</summary>
    public static bool IsNamedOrRuns(string[]? urls, DataFolder data) => Given(urls, UrlVariable).Length > 0 || LocalSilo.Find(data.Path) is not null;

    /// <summary>The silos that were named, else the one that left its address in the data folder.</summary>
    /// <param name="urls"><c>--url</c>; none: the environment's, then the data folder's.</param>
    /// <param name="tokens"><c>--token</c>, one for all or one for each; none: the environment's, then the data folder's.</param>
    /// <returns>At least one.</returns>
    /// <exception cref="SiloException">No silo runs on the data folder, or there is no token.</exception>
    /// <exception cref="UsageException">A URL is none, or there are tokens for fewer or more silos.</exception>
    public static IReadOnlyList<SiloEndpoint> Find(string[]? urls, string[]? tokens, DataFolder data)
    {
        var (named, secrets) = (Given(urls, UrlVariable), Given(tokens, TokenVariable));
        if (secrets.Length > 1 && secrets.Length != named.Length)
            throw new UsageException($"{secrets.Length} tokens came with {named.Length} URLs; wanted one token for all silos, or one for each.");
        return named.Length == 0
            ? [Find((string?)null, secrets.FirstOrDefault(), data)]
            : [.. named.Select((url, i) => Find(url, secrets.Length > 1 ? secrets[i] : secrets.FirstOrDefault(), data))];
    }

    private static SiloEndpoint Find(string? named, string? token, DataFolder data)
    {
        var address = named is null ? LocalSilo.Find(data.Path) : null;
        if (named is null && address is null)
            throw new SiloException(
                $"No silo runs on the data folder '{data.Path}'. Start one in another terminal: icon silo. Another machine's: --url https://MACHINE:5480#…, the address that it printed for others, and --token or {TokenVariable}.",
                ExitCode.Failed);
        if (!Uri.TryCreate(named ?? address!.Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new UsageException($"The silo's URL is '{named ?? address!.Url}'; wanted one such as http://127.0.0.1:5480.");

        var fingerprint = uri.Fragment.TrimStart('#').ToLowerInvariant();
        if (fingerprint.Length > 0 && !(uri.Scheme == Uri.UriSchemeHttps && fingerprint.Length == 64 && fingerprint.All(char.IsAsciiHexDigitLower)))
            throw new UsageException($"The silo's URL is '{named}'; wanted one such as https://desktop:5480#FINGERPRINT, the whole address that 'icon silo --listen' prints there, with 64 digits behind the '#'.");
        uri = new(uri.GetLeftPart(UriPartial.Query));

        // The data folder's own token is for its own machine and is sent to no other.
        var secret = token ?? (address is not null || uri.IsLoopback ? TokenIn(data) : null);
        if (secret is null)
            throw new SiloException(
                $"There is no token for the silo at {uri}. It lies in the silo's data folder in the file 'token': {TokenVariable} or --token.",
                ExitCode.WrongInput);
        return new(uri, secret, fingerprint.Length > 0 ? fingerprint : null, uri.IsLoopback
            ? "Start it: icon silo."
            : "On its machine: icon silo --listen 0.0.0.0, which prints the address for others.");
    }

    // The environment's stand apart by spaces.
    private static string[] Given(string[]? options, string variable) => options is { Length: > 0 } ? options
        : (Environment.GetEnvironmentVariable(variable) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string? TokenIn(DataFolder data)
    {
        var file = LocalSilo.TokenFile(data.Path);
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : null;
    }
}
