using Crm.Contracts;

namespace Crm.Plugin.Features.People;

/// <summary>A contact mechanism that the ERP has, together with what is noted of it here.</summary>
/// <param name="Read">As the ERP has it.</param>
/// <param name="Note">Null when nothing is noted.</param>
/// <param name="Label">The one to show.</param>
/// <param name="IsMain">The one to use first of several of its kind.</param>
/// <param name="IsGood">Within its days; only then is it offered.</param>
/// <param name="IsOwn">Label or main flag are what is noted here; false when they are the ERP's.</param>
public sealed record HeldMechanism(ContactMechanism Read, MechanismNote? Note, string? Label, bool IsMain, bool IsGood, bool IsOwn)
{
    /// <summary>As it is offered.</summary>
    public ContactMechanism Mechanism => Label == Read.Label ? Read : Read with { Label = Label };
}

/// <summary>Puts the ERP's contact mechanisms and the notes together. No clock, no database.</summary>
public static class MechanismNoteRule
{
    /// <summary>Those that are good first, the main one of each kind before the others of it; without notes in the ERP's order.</summary>
    /// <param name="read">As the ERP has them, the main one of each kind first.</param>
    /// <param name="notes">Of the same owner; those of mechanisms that the ERP no longer has are passed over.</param>
    /// <param name="own">Typed here of the same owner, and not read back: one of them may be the main one.</param>
    /// <param name="readAt">When the ERP's were read.</param>
    /// <param name="today">In the user's zone.</param>
    public static IReadOnlyList<HeldMechanism> Of(IReadOnlyList<ContactMechanism> read, IReadOnlyCollection<MechanismNote> notes, IEnumerable<OwnMechanism> own, DateTimeOffset readAt, DateOnly today)
    {
        if (read.Count == 0)
        {
            return [];
        }

        var held = read.Select(m => Join(m, notes.Count == 0 ? null : Find(notes, m.Kind, m.Value), readAt, today)).ToList();
        var typed = own.Where(o => o.IsMain && IsGood(o.ValidFrom, o.ValidTo, today)).Select(o => o.Kind).ToHashSet();
        var ordered = held.All(h => h.Note is null) ? held
            : [.. held.GroupBy(h => h.Read.Kind).SelectMany(g => g.OrderByDescending(h => h.IsGood).ThenByDescending(h => h.IsMain))];
        var several = ordered.Where(h => h.IsGood).GroupBy(h => h.Read.Kind).Where(g => g.Count() > 1 && !typed.Contains(g.Key)).Select(g => g.First()).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. ordered.Select(h => h with { IsMain = several.Contains(h) || (h.IsMain && h.IsGood) })];
    }

    /// <summary>Those that are offered.</summary>
    public static IReadOnlyList<ContactMechanism> Offered(IEnumerable<HeldMechanism> held) => [.. held.Where(h => h.IsGood).Select(h => h.Mechanism)];

    /// <summary>Whether label and main flag still are what the note says: not when the ERP was read after it had taken them.</summary>
    public static bool IsInForce(MechanismNote note, DateTimeOffset readAt) => note.Fate != MechanismFate.Written || readAt <= note.WrittenAt;

    /// <summary>Both days are good ones.</summary>
    public static bool IsGood(DateOnly? from, DateOnly? to, DateOnly today) => !(from > today) && !(to < today);

    private static HeldMechanism Join(ContactMechanism read, MechanismNote? note, DateTimeOffset readAt, DateOnly today)
    {
        if (note is null)
        {
            return new(read, null, read.Label, false, true, false);
        }

        var inForce = IsInForce(note, readAt);
        var label = !inForce || note.Label is null ? read.Label : note.Label.Length == 0 ? null : note.Label;
        return new(read, note, label, inForce && note.IsMain, IsGood(note.ValidFrom, note.ValidTo, today), inForce && (note.IsMain || note.Label is not null));
    }

    private static MechanismNote? Find(IEnumerable<MechanismNote> notes, ContactMechanismKind kind, string value)
    {
        var normal = MechanismRule.Normal(kind, value);
        return notes.FirstOrDefault(n => n.Kind == kind && n.Normal == normal);
    }
}
