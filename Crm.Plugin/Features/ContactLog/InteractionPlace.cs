using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.Channels;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Where a new interaction will stand, and what its ids are called.</summary>
/// <param name="Number">Its own number, where the database gives numbers out beforehand; else 0.</param>
/// <param name="Earlier">The interaction that the same form or request has made already; null when this one is the first.</param>
internal sealed record InteractionSpot(string Counterparty, string? Person, string? Responsible, long Number, long? Earlier);

/// <summary>Checks what a draft points to: counterparty within reach, persons of that counterparty, users, its order.</summary>
internal sealed class InteractionPlace(CrmDbContext database, CurrentUser user)
{
    /// <summary>Whether this user may log contacts with a counterparty; unknown and forbidden are not told apart.</summary>
    public async Task<bool> IsWritableAsync(long counterpartyId, CancellationToken cancellation)
    {
        var (write, read) = (user.Rights.WriteScope, user.Rights.ReadScope);
        return (await database.ReadAsync(
            $"SELECT c.id FROM counterparty c WHERE c.id = @id AND {Reach.Sql(write, "c", user)} AND {Reach.Sql(read, "c", user)}",
            [("@id", counterpartyId), .. Reach.Parameters(write == Scope.Team ? write : read, user)], row => row.GetInt64(0), cancellation)).Count > 0;
    }

    /// <summary>The place of a new interaction; null when the user may not log contacts with that counterparty, or there is none.</summary>
    public async Task<InteractionSpot?> SpotAsync(InteractionDraft draft, CancellationToken cancellation)
    {
        var (write, read) = (user.Rights.WriteScope, user.Rights.ReadScope);
        // A number beforehand lets everything be written at once; a file is not asked over any distance.
        var number = database.Database.IsNpgsql() ? "nextval(pg_get_serial_sequence('interaction', 'id'))" : "0";
        var earlier = draft.SubmissionKey is null ? "NULL" : "(SELECT i.id FROM interaction i WHERE i.created_by = @sender AND i.submission_key = @submission)";
        return (await database.ReadAsync(
            $"""
            SELECT c.name, COALESCE((SELECT p.name FROM contact_person p WHERE p.id = @person), (SELECT k.name FROM person_card k WHERE k.id = @card)), (SELECT u.name FROM user_account u WHERE u.id = @responsible), {number}, {earlier}
            FROM counterparty c WHERE c.id = @id AND {Reach.Sql(write, "c", user)} AND {Reach.Sql(read, "c", user)}
            """,
            [("@id", draft.CounterpartyId), ("@person", draft.PersonId ?? 0), ("@card", draft.CardId ?? 0), ("@responsible", draft.ResponsibleId ?? user.Id), .. Sent(draft), .. Reach.Parameters(write == Scope.Team ? write : read, user)],
            row => new InteractionSpot(row.GetString(0), row.Text(1), row.Text(2), row.GetInt64(3), row.Long(4)), cancellation)).FirstOrDefault();

        IEnumerable<(string, object?)> Sent(InteractionDraft draft) => draft.SubmissionKey is { } key ? [("@sender", user.Id), ("@submission", key)] : [];
    }

    /// <summary>Everything in the draft that points nowhere. Asks the database only for what was given.</summary>
    /// <param name="draft">As typed.</param>
    /// <param name="stored">What it changes; null for a new one.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<IReadOnlyList<Refusal>> CheckAsync(InteractionDraft draft, Interaction? stored, CancellationToken cancellation)
    {
        var refusals = new List<Refusal>();
        if (await ChannelList.CheckAsync(database, draft, stored, cancellation) is { } channel)
        {
            refusals.Add(channel);
        }

        long[] persons = [.. draft.OutsidePersons, .. draft.PersonId is { } person ? [person] : Array.Empty<long>()];
        if (persons.Length > 0)
        {
            var known = await database.Set<ContactPersonRecord>().Where(p => p.CounterpartyId == draft.CounterpartyId && persons.Contains(p.Id)).Select(p => p.Id).ToListAsync(cancellation);
            if (draft.PersonId is { } one && !known.Contains(one))
                refusals.Add(new("person", RefusalTexts.PersonUnknown));
            if (draft.OutsidePersons.Any(p => !known.Contains(p)))
                refusals.Add(new("outsidePersons", RefusalTexts.PersonUnknown));
        }

        long[] cards = [.. draft.OutsideCards, .. draft.CardId is { } card ? [card] : Array.Empty<long>()];
        if (cards.Length > 0)
        {
            var known = await database.Set<PersonPlace>().Where(p => p.CounterpartyId == draft.CounterpartyId && cards.Contains(p.PersonCardId)).Select(p => p.PersonCardId).ToListAsync(cancellation);
            if (draft.CardId is { } own && !known.Contains(own))
                refusals.Add(new("person", RefusalTexts.PersonUnknown));
            if (draft.OutsideCards.Any(c => !known.Contains(c)))
                refusals.Add(new("outsidePersons", RefusalTexts.PersonUnknown));
        }

        if (draft.CallId is { } call && !await database.Set<PhoneCall>().AnyAsync(c => c.Id == call && c.UserId == user.Id, cancellation))
        {
            refusals.Add(new("call", RefusalTexts.CallUnknown));
        }

        long[] users = [.. draft.Users, .. draft.ResponsibleId is { } responsible && responsible != user.Id ? [responsible] : Array.Empty<long>()];
        if (users.Length > 0)
        {
            var known = await database.Set<UserAccount>().Where(u => users.Contains(u.Id) && u.IsActive).Select(u => u.Id).ToListAsync(cancellation);
            if (draft.ResponsibleId is { } other && other != user.Id && !known.Contains(other))
                refusals.Add(new("responsible", RefusalTexts.UserUnknown));
            if (draft.Users.Any(u => !known.Contains(u)))
                refusals.Add(new("users", RefusalTexts.UserUnknown));
        }

        return refusals;
    }

    /// <summary>The counterparty's order with this number; null when no such order is known.</summary>
    public async Task<long?> OrderAsync(long counterpartyId, string? number, CancellationToken cancellation) => string.IsNullOrWhiteSpace(number) ? null
        : await database.Set<SalesOrderRecord>().Where(o => o.CounterpartyId == counterpartyId && o.Number == number.Trim()).Select(o => (long?)o.Id).FirstOrDefaultAsync(cancellation);
}
