using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Hosting;

/// <summary>
/// Who may do what. The silo's own token may do everything; others have names and roles, and lie as hashes in the data folder's
/// <c>tokens.json</c>. It is read whenever a token is asked about, so that silos that share the folder agree from one request to the next.
/// </summary>
internal sealed class TokenBook(SiloOptions options, SiloIdentity identity, TimeProvider time, ILogger<TokenBook> logger)
{
    private readonly byte[] _own = HashOf(identity.Token);
    private readonly Lock _gate = new();

    private string Path => System.IO.Path.Combine(options.Data, "tokens.json");

    /// <summary>What the bearer of a token may do; null: nothing. How long it takes does not tell how much of which token it is.</summary>
    public TokenRole? RoleOf(string token)
    {
        var hash = HashOf(token);
        TokenRole? role = CryptographicOperations.FixedTimeEquals(hash, _own) ? TokenRole.Own : null;
        try
        {
            foreach (var kept in Read())
                if (CryptographicOperations.FixedTimeEquals(hash, Convert.FromHexString(kept.Sha256)))
                    role ??= kept.Token.Role;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            // Whoever is asked about is a stranger then, but for the owner, who can mend it.
            logger.NotRead("the tokens", failure.Message);
        }
        return role;
    }

    /// <summary>All tokens but the silo's own, in the order of their names.</summary>
    /// <exception cref="IOException">The file of them cannot be read.</exception>
    public IReadOnlyList<ApiToken> List() => [.. Read().Select(kept => kept.Token)];

    /// <summary>Makes a token.</summary>
    /// <returns>The token, which is kept nowhere; null: there is one of that name already.</returns>
    /// <exception cref="IOException">The file of them cannot be read or written.</exception>
    public string? Add(string name, TokenRole role)
    {
        lock (_gate)
        {
            var tokens = Read();
            if (tokens.Any(kept => kept.Token.Name == name))
                return null;
            var token = SiloToken.New();
            Write(tokens.Append(new(new() { Name = name, Role = role, MadeAt = time.GetUtcNow() }, Convert.ToHexStringLower(HashOf(token)))));
            return token;
        }
    }

    /// <summary>Takes a token's rights away, from the next request on.</summary>
    /// <returns>What it was; null: there is none of that name.</returns>
    /// <exception cref="IOException">The file of them cannot be read or written.</exception>
    public ApiToken? Revoke(string name)
    {
        lock (_gate)
        {
            var tokens = Read();
            var revoked = tokens.FirstOrDefault(kept => kept.Token.Name == name);
            if (revoked is not null)
                Write(tokens.Where(kept => kept != revoked));
            return revoked?.Token;
        }
    }

    private List<Kept> Read()
    {
        try
        {
            return File.Exists(Path) ? JsonSerializer.Deserialize<List<Kept>>(File.ReadAllText(Path), SpecJson.Indented) ?? [] : [];
        }
        catch (JsonException damaged)
        {
            throw new IOException($"'{Path}' holds no list of tokens: {damaged.Message} Mend it, or delete it and make new tokens.", damaged);
        }
    }

    private void Write(IEnumerable<Kept> tokens) => OwnerFile.WriteAllText(
        Path, JsonSerializer.Serialize(tokens.OrderBy(kept => kept.Token.Name, StringComparer.Ordinal), SpecJson.Indented) + "\n", overwrite: true);

    // A token is 32 random bytes: there is nothing to guess that a slower hash would protect.
    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private sealed record Kept(ApiToken Token, string Sha256);
}
