using System.Globalization;
using System.Reflection;

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

        var wrong = http.GetEndpoint()?.Metadata.GetMetadata<MethodInfo>()?.GetParameters().FirstOrDefault(p => IsWrong(http, p));
        return wrong is null
            ? ApiProblem.Of(http.Response.StatusCode, "bad-body", "The body is not the JSON that /openapi/v1.json describes.")
            : ApiProblem.Of(http.Response.StatusCode, "bad-parameter", $"'{wrong.Name}' must be {Expected(Bare(wrong))}.");
    }

    private static bool IsWrong(HttpContext http, ParameterInfo parameter)
    {
        var sent = http.Request.RouteValues.TryGetValue(parameter.Name!, out var route) ? route as string : http.Request.Query[parameter.Name!].ToString();
        var type = Bare(parameter);
        return !string.IsNullOrEmpty(sent) && (
            type == typeof(long) ? !long.TryParse(sent, CultureInfo.InvariantCulture, out _)
            : type == typeof(int) ? !int.TryParse(sent, CultureInfo.InvariantCulture, out _)
            : type == typeof(DateOnly) ? !DateOnly.TryParse(sent, CultureInfo.InvariantCulture, out _)
            : type == typeof(DateTimeOffset) ? !DateTimeOffset.TryParse(sent, CultureInfo.InvariantCulture, out _)
            : type == typeof(bool) && !bool.TryParse(sent, out _));
    }

    private static Type Bare(ParameterInfo parameter) => Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;

    private static string Expected(Type type) =>
        type == typeof(DateOnly) ? "a day such as 2026-11-22"
        : type == typeof(DateTimeOffset) ? "an instant such as 2026-11-22T10:00:00Z"
        : type == typeof(bool) ? "true or false"
        : "a whole number";
}
