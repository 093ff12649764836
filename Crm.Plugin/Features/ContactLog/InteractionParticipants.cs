namespace Crm.Plugin.Features.ContactLog;

/// <summary>The tables of participants.</summary>
internal static class InteractionParticipants
{
    /// <summary>Makes both tables what the draft says, touching no row that stays the same.</summary>
    public static void Apply(InteractionDraft draft, Interaction to)
    {
        // The responsible user takes part anyway; a second row would make one person two.
        var users = draft.Users.Where(u => u != to.ResponsibleId).ToHashSet();
        foreach (var left in to.Users.Where(u => !users.Contains(u.UserId)).ToList())
        {
            to.Users.Remove(left);
        }

        foreach (var added in users.Where(id => to.Users.All(u => u.UserId != id)))
        {
            to.Users.Add(new InteractionUser { InteractionId = to.Id, UserId = added });
        }

        Open(to);
        (long? Person, long? Card, string? Name)[] persons =
        [
            .. draft.OutsidePersons.Select(p => ((long?)p, (long?)null, (string?)null)),
            .. draft.OutsideCards.Select(c => ((long?)null, (long?)c, (string?)null)),
            .. draft.OutsideNames.Select(n => ((long?)null, (long?)null, (string?)n)),
        ];
        foreach (var left in to.Persons.Where(p => p.No >= persons.Length).ToList())
        {
            to.Persons.Remove(left);
        }

        for (var no = 0; no < persons.Length; no++)
        {
            var row = to.Persons.FirstOrDefault(p => p.No == no);
            if (row is null)
            {
                to.Persons.Add(row = new InteractionPerson { InteractionId = to.Id, No = no });
            }

            (row.PersonId, row.CardId, row.Name) = persons[no];
        }
    }

    /// <summary>Call after the state changed.</summary>
    public static void Open(Interaction of)
    {
        foreach (var user in of.Users)
        {
            user.IsOpen = of.State == InteractionState.Planned;
        }
    }
}
