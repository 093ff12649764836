using System.ComponentModel;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Api;

/// <summary>An entry of the contact log with everything that hangs on it: what is read before a change, and sent back with it.</summary>
internal sealed record InteractionDetails : InteractionAnswer
{
    public InteractionDetails(InteractionAnswer answer)
        : base(answer)
    {
    }

    /// <summary>The plugin's number of the contact person.</summary>
    public long? PersonId { get; init; }

    /// <summary>The number of the CRM's own person, when it was with one of those.</summary>
    public long? Card { get; init; }

    /// <summary>Sign-in name of the responsible user.</summary>
    public string? ResponsibleLogin { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? Source { get; init; }

    public string? Project { get; init; }

    public string? Territory { get; init; }

    public string? EventGroup { get; init; }

    public int? RemindMinutesBefore { get; init; }

    /// <summary>Sign-in names of colleagues who take part besides the responsible one.</summary>
    public required IReadOnlyList<string> Users { get; init; }

    /// <summary>The plugin's numbers of contact persons who take part.</summary>
    public required IReadOnlyList<long> OutsidePersons { get; init; }

    /// <summary>Numbers of the CRM's own persons who take part.</summary>
    public required IReadOnlyList<long> OutsideCards { get; init; }

    /// <summary>Names of others who take part.</summary>
    public required IReadOnlyList<string> OutsideNames { get; init; }

    /// <summary>What must be prepared.</summary>
    public required IReadOnlyList<ChecklistLine> Checklist { get; init; }

    /// <summary>Numbers of the orders that it is about.</summary>
    public required IReadOnlyList<string> Orders { get; init; }
}

/// <summary>Reads and changes one contact.</summary>
internal sealed class InteractionChange(InteractionStore store, InteractionSides sides, InteractionEditor editor, CrmDbContext database)
{
    public static async Task<IResult> PutAsync([Description("Number of it.")] long id, ChangedInteraction body, InteractionChange change, CancellationToken cancellation) =>
        await change.SaveAsync(id, body, cancellation);

    /// <summary>Null when there is none, or it is out of reach.</summary>
    public async Task<InteractionDetails?> FindAsync(long id, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { } stored || await store.FindEntryAsync(id, cancellation) is not { } entry)
        {
            return null;
        }

        var side = await sides.ReadAsync(stored, cancellation);
        long[] users = [.. stored.Users.Select(u => u.UserId), stored.ResponsibleId];
        var logins = await database.Set<UserAccount>().Where(u => users.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Login, cancellation);
        var persons = stored.Persons.OrderBy(p => p.No).ToList();
        return new(InteractionAnswer.Of(entry))
        {
            PersonId = stored.PersonId,
            Card = stored.CardId,
            ResponsibleLogin = logins.GetValueOrDefault(stored.ResponsibleId),
            StartedAt = stored.StartedAt,
            EndedAt = stored.EndedAt,
            Source = stored.Source,
            Project = stored.Project,
            Territory = stored.Territory,
            EventGroup = stored.EventGroup,
            RemindMinutesBefore = stored.RemindMinutesBefore,
            Users = [.. stored.Users.Select(u => logins.GetValueOrDefault(u.UserId)).OfType<string>().Order(StringComparer.Ordinal)],
            OutsidePersons = [.. persons.Select(p => p.PersonId).OfType<long>()],
            OutsideCards = [.. persons.Select(p => p.CardId).OfType<long>()],
            OutsideNames = [.. persons.Select(p => p.Name).OfType<string>()],
            Checklist = [.. side.Tasks.Select(t => new ChecklistLine { Text = t.Text, Done = t.DoneAt is not null })],
            Orders = [.. side.Orders.Select(o => o.Name)],
        };
    }

    private async Task<IResult> SaveAsync(long id, ChangedInteraction body, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { } stored)
        {
            return ApiProblem.NotFound("interaction that the user may change");
        }

        var (responsible, users, refusals) = await InteractionEndpoints.UsersAsync(database, body, cancellation);
        if (refusals.Count > 0)
        {
            return InteractionEndpoints.Refused(refusals);
        }

        var outcome = await editor.EditAsync(id, body.Version, body.Draft(stored, responsible, users), cancellation);
        return outcome.Verdict switch
        {
            InteractionVerdict.NotFound => ApiProblem.NotFound("interaction that the user may change"),
            InteractionVerdict.Changed => ApiProblem.Changed(id, body.Version),
            InteractionVerdict.Saved when await FindAsync(id, cancellation) is { } details => ApiJson.Answer(details),
            InteractionVerdict.Saved => TypedResults.NoContent(),
            _ => InteractionEndpoints.Refused(outcome.Refusals),
        };
    }
}
