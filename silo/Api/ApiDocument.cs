using IconDiffusion.Specs;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace IconDiffusion.Silo.Api;

/// <summary>The OpenAPI document, with the types that have JSON converters of their own described as they are written.</summary>
internal static class ApiDocument
{
    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "IconDiffusion", Version = "v1", Description = "A silo's API. Every request carries a token: of the role watch to read, work to change something, own to make and revoke tokens." };
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(async (schema, context, cancellationToken) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (type == typeof(TimeSpan))
                (schema.Type, schema.Description) = (JsonSchemaType.String, "hours:minutes:seconds");
            if (type == typeof(double))
                (schema.Type, schema.AnyOf, schema.Description) = (JsonSchemaType.Number, null, "or the text NaN, Infinity or -Infinity");
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableList<>))
            {
                schema.Type = JsonSchemaType.Array;
                schema.Items = await context.GetOrCreateSchemaAsync(type.GetGenericArguments()[0], cancellationToken: cancellationToken);
            }
        });
    });
}
