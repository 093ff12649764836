using Crm.Plugin.Features.Mail;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Notifications;

/// <summary>What a user wants to hear, when and where.</summary>
internal static class NoticeSettingsEndpoints
{
    public static async Task<IResult> ShowAsync(HttpRequest request, NoticeSettingsStore store, IEnumerable<NoticeKind> kinds, CurrentUser user, CancellationToken cancellation)
    {
        var settings = await store.SettingsAsync(user.Id, cancellation);
        var (own, company, account) = (await store.ChoicesAsync(user.Id, cancellation), await store.ChoicesAsync(0, cancellation), await store.AccountAsync(user.Id, cancellation));
        var typed = new Dictionary<string, string>
        {
            ["zone"] = user.Zone.Id,
            ["quietFrom"] = TypedForm.Write(settings.QuietFrom),
            ["quietTo"] = TypedForm.Write(settings.QuietTo),
            ["digest"] = TypedForm.Write(settings.DigestMinute ?? Digests.UsualMinute),
            ["birthdayDays"] = settings.BirthdayDays.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["remind"] = settings.RemindMinutes?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
            ["email"] = account.Email ?? "",
            ["webhook"] = settings.WebhookAddress ?? "",
        };
        foreach (var kind in kinds)
        {
            var channels = own.TryGetValue(kind.Code, out var mine) ? mine.Channels : company.TryGetValue(kind.Code, out var usual) ? usual.Channels : kind.Usual;
            foreach (var channel in Enum.GetValues<NoticeChannels>().Where(c => c != NoticeChannels.None && channels.HasFlag(c)))
            {
                typed[$"{kind.Code}-{channel}"] = "on";
            }
        }

        return Page(new TypedForm(typed), account, settings, request.Query.ContainsKey("saved"));
    }

    public static async Task<IResult> SaveAsync(HttpContext http, NoticeSettingsStore store, IEnumerable<NoticeKind> kinds, WebhookSecrets secrets, CurrentUser user, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation));
        var (before, company, account) = (await store.SettingsAsync(user.Id, cancellation), await store.SettingsAsync(0, cancellation), await store.AccountAsync(user.Id, cancellation));
        List<NoticeChoice> choices = [.. kinds.Select(k => new NoticeChoice { UserId = user.Id, Kind = k.Code, Channels = form.Channels(k.Code) })];
        var settings = new NoticeSettings
        {
            UserId = user.Id,
            QuietFrom = form.Minute("quietFrom"),
            QuietTo = form.Minute("quietTo"),
            DigestMinute = form.Minute("digest"),
            BirthdayDays = form.Number("birthdayDays", 0, 30) ?? before.BirthdayDays,
            RemindMinutes = form.Number("remind", 0, 43_200),
            WebhookAddress = form["webhook"].Length == 0 ? null : form["webhook"],
            WebhookSecret = form["secret"].Length == 0 ? before.WebhookSecret : secrets.Protect(form["secret"]),
        };
        // Who has no address is not held up by a channel that was ticked for everybody.
        Check(form, settings, company, account, [.. choices.Where(c => !kinds.Any(k => k.Code == c.Kind && k.Usual == c.Channels))]);
        if (form.Refusals.Count > 0)
        {
            return Page(form, account, before, false).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        await store.SaveAsync(settings, choices, form["zone"], account.ConnectionId is null ? form["email"] : null, cancellation);
        return TypedResults.Redirect("/notifications/settings?saved=1");
    }

    private static void Check(TypedForm form, NoticeSettings settings, NoticeSettings company, UserAccount account, List<NoticeChoice> choices)
    {
        if ((form["quietFrom"].Length == 0) != (form["quietTo"].Length == 0))
            form.Refuse(form["quietFrom"].Length == 0 ? "quietFrom" : "quietTo", NoticeRefusals.OnlyOneEnd);
        if (form["zone"].Length == 0 || !TimeZoneInfo.TryFindSystemTimeZoneById(form["zone"], out _))
            form.Refuse("zone", NoticeRefusals.BadZone);
        var email = account.ConnectionId is null ? form["email"] : account.Email ?? "";
        if (email.Length > 0 && !MailAddressRule.IsValid(email))
            form.Refuse("email", NoticeRefusals.BadEmail);
        if (email.Length == 0 && choices.Any(c => (c.Channels & (NoticeChannels.Email | NoticeChannels.Digest)) != 0))
            form.Refuse("email", NoticeRefusals.NoEmail);
        if (settings.WebhookAddress is { } address && !WebhookRule.IsAllowed(address, company.AllowedWebhooks))
            form.Refuse("webhook", Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? NoticeRefusals.NotAllowed : NoticeRefusals.BadAddress);
        if (settings.WebhookAddress is null && choices.Any(c => c.Channels.HasFlag(NoticeChannels.Webhook)))
            form.Refuse("webhook", NoticeRefusals.NoWebhook);
        if (form["secret"].Length is > 0 and < 16 || (settings.WebhookAddress is not null && settings.WebhookSecret is null))
            form.Refuse("secret", NoticeRefusals.ShortSecret);
    }

    private static IResult Page(TypedForm form, UserAccount account, NoticeSettings settings, bool isSaved) =>
        Screen.Of<NoticeSettingsPage>(new { Form = form, HasSecret = settings.WebhookSecret is not null, IsEmailOwn = account.ConnectionId is null, IsSaved = isSaved });
}
