using Crm.Contracts;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Sms;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.People;

/// <summary>What the numbers and addresses of a card want to be spared; shown beside its preferences.</summary>
/// <param name="NoMessages">Numbers of the counterparty and its persons that want no text messages, as they are written there.</param>
/// <param name="ComingBack">Its and its persons' addresses that letters come back from, each with what the server said.</param>
public sealed record CardWish(IReadOnlyList<string> NoMessages, IReadOnlyList<MailSuppression> ComingBack);

/// <summary>Asks for them.</summary>
internal static class CardWishes
{
    /// <summary>The country whose numbers are written without its code; no row before a gateway is set up.</summary>
    public static ReadBatch.Answer<string?> AskCountry(ReadBatch batch) => SmsSuppressions.AskCountry(batch);

    /// <returns>Gives them when the batch has run.</returns>
    public static Func<CardWish> Ask(ReadBatch batch, CounterpartyRecord counterparty, IReadOnlyList<Person> persons, IReadOnlyList<OwnMechanism> own, string? country)
    {
        var silent = SmsSuppressions.AskAmong(batch, Values(ContactMechanismKind.Phone, counterparty, persons, own), country);
        var bounced = MailSuppressions.AskBouncedAmong(batch, Values(ContactMechanismKind.Email, counterparty, persons, own));
        return () => new(silent(), [.. bounced().OrderBy(s => s.Address, StringComparer.Ordinal)]);
    }

    private static IEnumerable<string> Values(ContactMechanismKind kind, CounterpartyRecord counterparty, IReadOnlyList<Person> persons, IReadOnlyList<OwnMechanism> own) =>
        MirrorJson.ReadMechanisms(counterparty.Mechanisms).Concat(persons.SelectMany(p => p.Mechanisms)).Where(m => m.Kind == kind).Select(m => m.Value)
            .Concat(own.Concat(persons.SelectMany(p => p.Own)).Where(m => m.Kind == kind).Select(m => m.Value));
}
