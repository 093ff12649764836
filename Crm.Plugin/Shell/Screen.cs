using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Crm.Plugin.Shell;

/// <summary>Answers with a screen or with the part of one that htmx replaces.</summary>
internal static class Screen
{
    /// <summary>Renders a component; the names of <paramref name="parameters"/>' members are its parameters.</summary>
    public static IResult Of<TComponent>(object? parameters = null) where TComponent : IComponent =>
        parameters is null ? new RazorComponentResult<TComponent>() : new RazorComponentResult<TComponent>(parameters);

    /// <summary>Whether htmx asks for a part of a page (and not for a whole one after "back").</summary>
    public static bool IsPart(this HttpRequest request) =>
        request.Headers.ContainsKey("HX-Request") && !request.Headers.ContainsKey("HX-History-Restore-Request") && !request.Headers.ContainsKey("HX-Boosted");
}
