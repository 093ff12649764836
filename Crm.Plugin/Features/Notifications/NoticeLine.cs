using System.Globalization;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Notifications;

/// <summary>One notice as a list, an e-mail and a request tell it.</summary>
public sealed record NoticeLine
{
    public required long Id { get; init; }

    public required string Kind { get; init; }

    public required string? Counterparty { get; init; }

    public required string? Text { get; init; }

    public required DateOnly? Day { get; init; }

    public required DateTimeOffset? At { get; init; }

    public required long? AmountE4 { get; init; }

    public required string? Currency { get; init; }

    /// <summary>Path of the record's screen; null when it has none.</summary>
    public required string? Address { get; init; }

    public required DateTimeOffset ToldAt { get; init; }

    public required bool IsRead { get; init; }

    /// <summary>Who had not seen it, for a notice that was escalated.</summary>
    public required string? OriginName { get; init; }

    /// <summary>Put away, or its reason is gone: what still waits to be sent is not sent. False in lists, which do not ask.</summary>
    public bool IsSettled { get; init; }

    /// <summary>Leads a letter's reader to the record and marks the notice as read, which nothing else would where the bell has it not.</summary>
    /// <param name="root">Where users reach the screens; null when nobody has said.</param>
    public string? Link(string? root) => root is null || Address is null ? null : string.Create(CultureInfo.InvariantCulture, $"{root.TrimEnd('/')}/notifications/{Id}/open");
}

/// <summary>Words of a notice in the language of the moment.</summary>
internal sealed class NoticeText(IStringLocalizer<Texts> texts, IEnumerable<NoticeKind> kinds)
{
    private readonly Dictionary<string, NoticeKind> kinds = kinds.ToDictionary(k => k.Code);

    /// <summary>One line without the counterparty.</summary>
    public string Title(NoticeLine line, TimeZoneInfo zone)
    {
        var when = line.Day?.ToString("d", CultureInfo.CurrentCulture) ?? (line.At is { } at ? TimeZoneInfo.ConvertTime(at, zone).ToString("g", CultureInfo.CurrentCulture) : "");
        var amount = line.AmountE4 is { } e4 ? Show.Money(Amount.FromE4(e4), line.Currency ?? "") : "";
        var what = line.Text ?? texts["no subject"].Value;
        var title = kinds.TryGetValue(line.Kind, out var kind) ? texts[kind.Title, line.Counterparty ?? "", what, when, amount].Value : what;
        return line.OriginName is { } origin ? texts["{0} has not seen: {1}", origin, title].Value : title;
    }

    public string Icon(NoticeLine line) => kinds.TryGetValue(line.Kind, out var kind) ? kind.Icon : "bell";
}

/// <summary>Lets a block speak another language than the request or job that it runs in.</summary>
internal readonly struct Speaking : IDisposable
{
    private readonly CultureInfo before = CultureInfo.CurrentUICulture;
    private readonly CultureInfo formats = CultureInfo.CurrentCulture;

    public Speaking(string? language)
    {
        var culture = Languages.All.FirstOrDefault(l => l.Code == language, Languages.All[0]).Culture;
        (CultureInfo.CurrentUICulture, CultureInfo.CurrentCulture) = (culture, culture);
    }

    public void Dispose() => (CultureInfo.CurrentUICulture, CultureInfo.CurrentCulture) = (before, formats);
}
