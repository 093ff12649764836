using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Prospects;

/// <summary>Reads the form of a prospect. No database.</summary>
internal static class ProspectForm
{
    private const int MostMechanisms = 20;

    /// <summary>What was typed; what is wrong with it is added to the refusals, and then the draft is not to be used.</summary>
    public static ProspectDraft Read(InteractionForm form, List<Refusal> refusals)
    {
        (string Field, int Longest)[] lines =
        [
            ("name", InteractionRule.LineLength), ("company", InteractionRule.LineLength), ("source", InteractionRule.LineLength), ("note", InteractionRule.TextLength), ("taxId", 50),
            ("country", 100), ("region", 100), ("city", 100), ("postalCode", 20), ("street", 500),
        ];
        refusals.AddRange(lines.Where(l => form[l.Field].Length > l.Longest).Select(l => new Refusal(l.Field, RefusalTexts.TooLong, l.Longest, form[l.Field].Length)));
        var (person, company) = (Text(form["name"]), Text(form["company"]));
        if ((company ?? person) is null)
        {
            refusals.Add(new("name", ProspectTexts.NoName));
        }

        var responsible = Text(form["responsible"]);
        long? responsibleId = long.TryParse(responsible, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        if (responsible is not null && responsibleId is null)
        {
            refusals.Add(new("responsible", ProspectTexts.BadResponsible));
        }

        var address = new PostalAddress(Text(form["country"]), Text(form["region"]), Text(form["city"]), Text(form["postalCode"]), Text(form["street"]));
        return new()
        {
            Name = company ?? person ?? "",
            Person = company is null || company == person ? null : person,
            Mechanisms = [.. Mechanisms(form, "phone", ContactMechanismKind.Phone, refusals), .. Mechanisms(form, "email", ContactMechanismKind.Email, refusals), .. Mechanisms(form, "website", ContactMechanismKind.Website, refusals)],
            Address = address is { Country: null, Region: null, City: null, PostalCode: null, Lines: null } ? null : address,
            TaxId = Text(form["taxId"]),
            Source = Text(form["source"]),
            Note = Text(form["note"]),
            ResponsibleId = responsibleId,
        };
    }

    /// <summary>A stored prospect to edit.</summary>
    public static InteractionForm Of(ProspectCase prospect)
    {
        var mechanisms = MirrorJson.ReadMechanisms(prospect.Party.Mechanisms);
        var address = MirrorJson.ReadAddresses(prospect.Party.Addresses) is [var main, ..] ? main : null;
        string Lines(ContactMechanismKind kind) => string.Join('\n', mechanisms.Where(m => m.Kind == kind).Select(m => m.Value));
        return new()
        {
            ["company"] = prospect.Party.Name,
            ["phone"] = Lines(ContactMechanismKind.Phone),
            ["email"] = Lines(ContactMechanismKind.Email),
            ["website"] = Lines(ContactMechanismKind.Website),
            ["taxId"] = prospect.Party.TaxId ?? "",
            ["country"] = address?.Country ?? "",
            ["region"] = address?.Region ?? "",
            ["city"] = address?.City ?? "",
            ["postalCode"] = address?.PostalCode ?? "",
            ["street"] = address?.Lines ?? "",
            ["source"] = prospect.Record.Source ?? "",
            ["note"] = prospect.Record.Note ?? "",
            ["responsible"] = prospect.Record.ResponsibleId.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>What was not sent stays as it is.</summary>
    public static InteractionForm Over(InteractionForm typed, ProspectCase stored)
    {
        var before = Of(stored);
        string[] fields = ["company", "phone", "email", "website", "taxId", "country", "region", "city", "postalCode", "street", "source", "note", "responsible"];
        return before.With([.. fields.Where(typed.Has).Select(f => (f, typed[f]))]);
    }

    private static List<ContactMechanism> Mechanisms(InteractionForm form, string field, ContactMechanismKind kind, List<Refusal> refusals)
    {
        var found = new List<ContactMechanism>();
        foreach (var typed in form[field].Split(['\n', '\r', ';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (MechanismRule.Check(kind, typed) is { } wrong)
            {
                refusals.Add(wrong with { Field = field });
                return found;
            }

            var mechanism = new ContactMechanism(kind, CleanText.Of(typed));
            if (!found.Exists(m => ProspectParty.Same(m, mechanism)))
            {
                found.Add(mechanism);
            }

            if (found.Count > MostMechanisms)
            {
                refusals.Add(new(field, RefusalTexts.TooMany, MostMechanisms));
                return found;
            }
        }

        return found;
    }

    private static string? Text(string typed) => string.IsNullOrWhiteSpace(typed) ? null : CleanText.Of(typed.Trim());
}
