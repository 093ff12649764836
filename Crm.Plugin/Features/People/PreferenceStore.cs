using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>How a counterparty would like to be dealt with; whoever is about to write or to call asks here.</summary>
internal sealed class PreferenceStore(CrmDbContext database, AuditLog audit)
{
    /// <summary>Null when nobody has said.</summary>
    public Task<CounterpartyPreference?> FindAsync(long counterpartyId, CancellationToken cancellation) =>
        database.Set<CounterpartyPreference>().FirstOrDefaultAsync(p => p.CounterpartyId == counterpartyId, cancellation);

    /// <summary>The same, together with other questions.</summary>
    public static ReadBatch.Answer<CounterpartyPreference> Ask(ReadBatch batch, long counterpartyId) => batch.Ask(
        "SELECT channel, language, do_not_contact, terms FROM counterparty_preference WHERE counterparty_id = @id", [("@id", counterpartyId)],
        row => new CounterpartyPreference
        {
            CounterpartyId = counterpartyId, Channel = row.IsDBNull(0) ? null : (ContactChannel)row.GetInt32(0), Language = row.Text(1), DoNotContact = row.GetBoolean(2), Terms = row.Text(3),
        });

    /// <summary>What the CRM adds to a person of the ERP; null when nothing.</summary>
    public Task<PersonCard?> OfPersonAsync(long contactPersonId, CancellationToken cancellation) =>
        database.Set<PersonCard>().FirstOrDefaultAsync(c => c.ContactPersonId == contactPersonId, cancellation);

    /// <returns>Why it was refused; empty when it is kept.</returns>
    public async Task<IReadOnlyList<Refusal>> SaveAsync(long counterpartyId, InteractionForm form, CancellationToken cancellation)
    {
        var refusals = new List<Refusal>();
        var (channel, language) = (PersonDraft.ChannelOf(form, refusals), PersonDraft.LanguageOf(form, refusals));
        if (form["terms"].Length > InteractionRule.TextLength)
        {
            refusals.Add(new("terms", RefusalTexts.TooLong, InteractionRule.TextLength, form["terms"].Length));
        }

        if (refusals.Count > 0)
        {
            return refusals;
        }

        var stored = await database.Set<CounterpartyPreference>().AsTracking().FirstOrDefaultAsync(p => p.CounterpartyId == counterpartyId, cancellation);
        if (stored is null)
        {
            database.Add(stored = new() { CounterpartyId = counterpartyId });
        }

        (stored.Channel, stored.Language, stored.DoNotContact, stored.Terms) = (channel, language, form["doNotContact"] == "true", PersonDraft.Text(form["terms"]));
        audit.Note(database, "preferences.changed", "counterparty", InteractionAudit.Id(counterpartyId), AuditChange.Of(AuditChange.Fields(database.Entry(stored))));
        await database.SaveChangesAsync(cancellation);
        return [];
    }
}
