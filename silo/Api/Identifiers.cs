using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IconDiffusion.Silo.Api;

/// <summary>What an identifier in a path may be; with anything else, there is nothing at that path.</summary>
internal abstract class Identifier : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values[routeKey] is string text && IsOne(text);

    protected abstract bool IsOne(string text);
}

/// <summary>An experiment: its name, which never starts with '.', and a hash.</summary>
internal sealed class ExperimentId : Identifier
{
    protected override bool IsOne(string text) =>
        text.Length is > 0 and <= 80 && text[0] != '.' && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}

/// <summary>A run: 12 hexadecimal digits.</summary>
internal sealed class RunId : Identifier
{
    protected override bool IsOne(string text) => text.Length == 12 && text.All(char.IsAsciiHexDigitLower);
}

/// <summary>A data set: 64 hexadecimal digits.</summary>
internal sealed class Fingerprint : Identifier
{
    protected override bool IsOne(string text) => Datasets.IsFingerprint(text);
}
