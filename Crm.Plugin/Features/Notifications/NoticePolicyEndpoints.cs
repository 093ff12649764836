using System.Globalization;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Notifications;

/// <summary>What the company sets for everybody: usual channels, when superiors are told, where the screens are.</summary>
internal static class NoticePolicyEndpoints
{
    public static async Task<IResult> ShowAsync(HttpRequest request, NoticeSettingsStore store, IEnumerable<NoticeKind> kinds, CancellationToken cancellation)
    {
        var (settings, choices) = (await store.SettingsAsync(0, cancellation), await store.ChoicesAsync(0, cancellation));
        var typed = new Dictionary<string, string> { ["publicAddress"] = settings.PublicAddress ?? "", ["allowed"] = settings.AllowedWebhooks ?? "" };
        foreach (var kind in kinds)
        {
            var channels = choices.TryGetValue(kind.Code, out var choice) ? choice.Channels : kind.Usual;
            typed[$"{kind.Code}-after"] = choice?.EscalateAfterMinutes?.ToString(CultureInfo.InvariantCulture) ?? "";
            foreach (var channel in Enum.GetValues<NoticeChannels>().Where(c => c != NoticeChannels.None && channels.HasFlag(c)))
            {
                typed[$"{kind.Code}-{channel}"] = "on";
            }
        }

        return Screen.Of<NoticePolicyPage>(new { Form = new TypedForm(typed), IsSaved = request.Query.ContainsKey("saved") });
    }

    public static async Task<IResult> SaveAsync(HttpContext http, NoticeSettingsStore store, IEnumerable<NoticeKind> kinds, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation));
        List<NoticeChoice> choices = [.. kinds.Select(k => new NoticeChoice { UserId = 0, Kind = k.Code, Channels = form.Channels(k.Code), EscalateAfterMinutes = form.Number($"{k.Code}-after", 1, 43_200) })];
        if (form["publicAddress"].Length > 0 && !IsAddress(form["publicAddress"]))
            form.Refuse("publicAddress", NoticeRefusals.BadAddress);
        if (form["allowed"].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(a => !IsAddress(a)))
            form.Refuse("allowed", NoticeRefusals.BadAddress);
        if (form.Refusals.Count > 0)
        {
            return Screen.Of<NoticePolicyPage>(new { Form = form, IsSaved = false }).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        var settings = await store.SettingsAsync(0, cancellation);
        settings.PublicAddress = form["publicAddress"].Length == 0 ? null : form["publicAddress"].TrimEnd('/');
        settings.AllowedWebhooks = form["allowed"].Length == 0 ? null : form["allowed"].ReplaceLineEndings("\n");
        await store.SaveAsync(settings, choices, null, null, cancellation);
        return TypedResults.Redirect("/notifications/policy?saved=1");
    }

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0;
}
