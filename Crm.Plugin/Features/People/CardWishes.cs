using Crm.Contracts;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Sms;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.People;

/// <summary>What the numbers and addresses of a card want to be spared; shown beside its preferences.</summary>
internal sealed class CardWishes(CrmDbContext database)
{
    /// <summary>Numbers of the counterparty and its persons that want no text messages, as they are written there.</summary>
    public Task<IReadOnlyList<string>> NoMessagesAsync(CounterpartyRecord counterparty, IReadOnlyList<Person> persons, IReadOnlyList<OwnMechanism> own, CancellationToken cancellation) =>
        SmsSuppressions.AmongAsync(database, Values(ContactMechanismKind.Phone, counterparty, persons, own), cancellation);

    /// <summary>Its and its persons' addresses that letters come back from, each with what the server said.</summary>
    public async Task<IReadOnlyList<MailSuppression>> ComingBackAsync(CounterpartyRecord counterparty, IReadOnlyList<Person> persons, IReadOnlyList<OwnMechanism> own, CancellationToken cancellation) =>
        [.. (await MailSuppressions.BouncedAmongAsync(database, Values(ContactMechanismKind.Email, counterparty, persons, own), cancellation)).Values.OrderBy(s => s.Address, StringComparer.Ordinal)];

    private static IEnumerable<string> Values(ContactMechanismKind kind, CounterpartyRecord counterparty, IReadOnlyList<Person> persons, IReadOnlyList<OwnMechanism> own) =>
        MirrorJson.ReadMechanisms(counterparty.Mechanisms).Concat(persons.SelectMany(p => p.Mechanisms)).Where(m => m.Kind == kind).Select(m => m.Value)
            .Concat(own.Concat(persons.SelectMany(p => p.Own)).Where(m => m.Kind == kind).Select(m => m.Value));
}
