using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Mvc;

namespace Crm.Plugin.Features.Api;

/// <summary>Says which parameter of a refused request cannot be read, where the framework says only 400.</summary>
internal sealed class UnreadableParameters : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Response.StatusCode is not (StatusCodes.Status400BadRequest or StatusCodes.Status415UnsupportedMediaType))
        {
            return await next(context);
        }

        var wrong = http.GetEndpoint()?.Metadata.GetMetadata<MethodInfo>()?.GetParameters().SelectMany(Asked).Where(p => IsWrong(http, p.Name, p.Type)).Select(p => ((string? Name, Type Type)?)p).FirstOrDefault();
        return wrong is null
            ? ApiProblem.Of(http.Response.StatusCode, "bad-body", "The body is not the JSON that /openapi/v1.json describes.")
            : ApiProblem.Of(http.Response.StatusCode, "bad-parameter", $"'{wrong.Value.Name}' must be {Expected(wrong.Value.Type)}.");
    }

    /// <summary>A parameter itself, or what it gathers from the question.</summary>
    private static IEnumerable<(string? Name, Type Type)> Asked(ParameterInfo parameter) => parameter.GetCustomAttribute<AsParametersAttribute>() is null
        ? [(parameter.Name, Bare(parameter.ParameterType))]
        : parameter.ParameterType.GetProperties().Select(p => (p.GetCustomAttribute<FromQueryAttribute>()?.Name, Bare(p.PropertyType)));

    private static bool IsWrong(HttpContext http, string? name, Type type)
    {
        if (name is null)
        {
            return false;
        }

        var sent = http.Request.RouteValues.TryGetValue(name, out var route) ? route as string : http.Request.Query[name].ToString();
        return !string.IsNullOrEmpty(sent) && (
            type == typeof(long) ? !long.TryParse(sent, CultureInfo.InvariantCulture, out _)
            : type == typeof(int) ? !int.TryParse(sent, CultureInfo.InvariantCulture, out _)
            : type == typeof(DateOnly) ? !DateOnly.TryParse(sent, CultureInfo.InvariantCulture, out _)
            : type == typeof(DateTimeOffset) ? !DateTimeOffset.TryParse(sent, CultureInfo.InvariantCulture, out _)
            : type == typeof(bool) && !bool.TryParse(sent, out _));
    }

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static string Expected(Type type) =>
        type == typeof(DateOnly) ? "a day such as 2026-11-22"
        : type == typeof(DateTimeOffset) ? "an instant such as 2026-11-22T10:00:00Z"
        : type == typeof(bool) ? "true or false"
        : "a whole number";
}
