namespace IconDiffusion.Specs.Cluster;

/// <summary>What the bearer of a token may ask a silo for. Each role may do what those before it may.</summary>
public enum TokenRole
{
    /// <summary>See everything and change nothing.</summary>
    Watch,

    /// <summary>Submit experiments, send folders, command what is there.</summary>
    Work,

    /// <summary>Everything, such as making and revoking tokens.</summary>
    Own,
}

/// <summary>A token as its silo knows it: by a hash alone, so that nobody can be told it again.</summary>
public sealed record ApiToken
{
    /// <summary>Whose it is, or for what: 1 to 64 letters, digits, '-', '_' or '.'.</summary>
    public required string Name { get; init; }

    public required TokenRole Role { get; init; }

    public required DateTimeOffset MadeAt { get; init; }
}

/// <summary>A token that is asked for.</summary>
public sealed record TokenOrder
{
    /// <inheritdoc cref="ApiToken.Name"/>
    public required string Name { get; init; }

    public required TokenRole Role { get; init; }
}

/// <summary>A token that was made, told this once.</summary>
public sealed record IssuedToken
{
    /// <inheritdoc cref="ApiToken.Name"/>
    public required string Name { get; init; }

    public required TokenRole Role { get; init; }

    /// <summary>32 random bytes in base64url.</summary>
    public required string Token { get; init; }
}
