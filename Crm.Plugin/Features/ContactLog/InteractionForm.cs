using System.Globalization;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>The form of an interaction exactly as typed, so that a refused one comes back as it was sent.</summary>
public sealed class InteractionForm
{
    private readonly Dictionary<string, string> typed = new(StringComparer.Ordinal);

    /// <summary>One field; "" when it was not sent.</summary>
    public string this[string field]
    {
        get => typed.GetValueOrDefault(field, "");
        init => typed[field] = value;
    }

    /// <summary>Whether the browser sent the field at all, be it empty.</summary>
    public bool Has(string field) => typed.ContainsKey(field);

    /// <summary>Ticked colleagues.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>Ticked contact persons; the CRM's own with a minus before their number.</summary>
    public IReadOnlyList<string> OutsidePersons { get; init; } = [];

    /// <summary>The same whenever the same form is sent with the same content; null for one that has no name.</summary>
    public Guid? SubmissionKey => this["submission"].Length == 0 ? null
        : Submission.Of([.. typed.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => (string[])[f.Key, f.Value]), "users", .. Users, "persons", .. OutsidePersons]);

    /// <summary>An empty form.</summary>
    /// <param name="counterpartyId">0 when still to be chosen.</param>
    /// <param name="state">Whether it opens for a plan.</param>
    public static InteractionForm New(long counterpartyId, InteractionState state = InteractionState.Done) => new()
    {
        ["counterparty"] = counterpartyId == 0 ? "" : counterpartyId.ToString(CultureInfo.InvariantCulture),
        ["state"] = state.ToString(),
        ["kind"] = nameof(InteractionKind.PhoneCall),
        ["direction"] = nameof(InteractionDirection.Outgoing),
        ["importance"] = nameof(InteractionImportance.Middle),
        ["nextIn"] = "7",
        ["submission"] = Submission.New(),
    };

    /// <summary>What a browser sent, without what no database keeps.</summary>
    public static InteractionForm From(IFormCollection sent)
    {
        var form = new InteractionForm
        {
            Users = [.. sent["users"].Where(v => !string.IsNullOrWhiteSpace(v)).Select(v => v!)],
            OutsidePersons = [.. sent["outsidePersons"].Where(v => !string.IsNullOrWhiteSpace(v)).Select(v => v!)],
        };
        foreach (var (name, values) in sent.Where(f => f.Key is not ("users" or "outsidePersons" or "__RequestVerificationToken")))
        {
            form.typed[name] = CleanText.Of(values.ToString());
        }

        return form;
    }

    /// <summary>A stored interaction to edit.</summary>
    public static InteractionForm Of(Interaction stored, TimeZoneInfo zone) => new()
    {
        ["counterparty"] = Text(stored.CounterpartyId),
        ["version"] = Text(stored.Version),
        ["state"] = stored.State.ToString(),
        ["kind"] = stored.Kind.ToString(),
        ["direction"] = stored.Direction.ToString(),
        ["importance"] = stored.Importance.ToString(),
        ["person"] = stored.CardId is { } card ? Text(-card) : Text(stored.PersonId),
        ["responsible"] = Text(stored.ResponsibleId),
        ["subject"] = stored.Subject ?? "",
        ["content"] = stored.Content ?? "",
        ["result"] = stored.Result ?? "",
        ["nextStep"] = stored.NextStep ?? "",
        ["minutes"] = Text(stored.Minutes),
        ["plannedStart"] = LocalTime.Write(stored.PlannedStart, zone),
        ["plannedEnd"] = LocalTime.Write(stored.PlannedEnd, zone),
        ["startedAt"] = LocalTime.Write(stored.StartedAt, zone),
        ["endedAt"] = LocalTime.Write(stored.EndedAt, zone),
        ["source"] = stored.Source ?? "",
        ["basis"] = stored.Basis ?? "",
        ["project"] = stored.Project ?? "",
        ["territory"] = stored.Territory ?? "",
        ["channel"] = stored.Channel ?? "",
        ["room"] = stored.Room ?? "",
        ["eventGroup"] = stored.EventGroup ?? "",
        ["remind"] = Text(stored.RemindMinutesBefore),
        ["outsideNames"] = string.Join('\n', stored.Persons.Where(p => p.Name is not null).OrderBy(p => p.No).Select(p => p.Name)),
        Users = [.. stored.Users.Select(u => Text(u.UserId))],
        OutsidePersons = [.. stored.Persons.Where(p => (p.PersonId ?? p.CardId) is not null).OrderBy(p => p.No).Select(p => Text(p.PersonId ?? -p.CardId))],
    };

    /// <summary>The same form with other values of some fields.</summary>
    public InteractionForm With(params (string Field, string Value)[] changes)
    {
        var copy = new InteractionForm { Users = Users, OutsidePersons = OutsidePersons };
        foreach (var (field, value) in typed)
        {
            copy.typed[field] = value;
        }

        foreach (var (field, value) in changes)
        {
            copy.typed[field] = value;
        }

        return copy;
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
