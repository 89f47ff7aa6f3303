using System.Buffers.Text;
using System.Security.Cryptography;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Hosting;

/// <summary>The secret that opens the API: 32 random bytes in base64url, in the data folder's <c>token</c>, which its owner alone can read.</summary>
public static class SiloToken
{
    private const int Bytes = 32;

    /// <summary>Reads the token, or makes one at the first start.</summary>
    /// <param name="warn">Told if others could read the file, which is mended.</param>
    /// <exception cref="SiloStartException">The file holds no token.</exception>
    public static string Ensure(string data, Action<string> warn)
    {
        var path = LocalSilo.TokenFile(data);
        if (!File.Exists(path))
            OwnerFile.WriteAllText(path, New() + "\n", overwrite: false);
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) is var mode && (mode & ~OwnerFile.Mode) != 0)
        {
            File.SetUnixFileMode(path, OwnerFile.Mode);
            warn($"'{path}' had mode {Convert.ToString((int)mode, 8)}, so that others could read the token; it has 600 now. Delete the file and start again for a new token if someone may have.");
        }
        var token = File.ReadAllText(path).Trim();
        return token.Length >= 32 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? token
            : throw new SiloStartException($"'{path}' holds no token; wanted at least 32 letters, digits, '-' or '_'. Delete it and start again for a new one.");
    }

    /// <summary>A token that nobody has.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
}
