using Crm.Contracts;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.People;

namespace Crm.Plugin.Features.Selections;

/// <summary>One of a selection, or one who is left out of it.</summary>
/// <param name="Counterparty">The counterparty itself, or the one that the person speaks for.</param>
/// <param name="Person">Null for the counterparty itself.</param>
/// <param name="Mechanisms">See <see cref="WaysToReach"/>.</param>
/// <param name="IsSilent">Not to be contacted.</param>
/// <param name="Reason">Why they are left out, whatever the way; null for those who are in.</param>
internal sealed record SelectionMember(CounterpartyLine Counterparty, Person? Person, IReadOnlyList<(ContactMechanismKind Kind, string Value)> Mechanisms, bool IsSilent, string? Reason)
{
    public string Name => Person is null ? Counterparty.Name : $"{Person.Name} ({Counterparty.Name})";

    /// <summary>The ERP's person of this counterparty.</summary>
    public long? PersonId => Person?.ContactPersonId;

    /// <summary>The CRM's own person, or one of the ERP's who also speaks for this counterparty.</summary>
    public long? CardId => Person is { ContactPersonId: null } person ? person.Card?.Id : null;

    /// <summary>The identity group of a counterparty that somebody joined to others; null for persons, who have the same addresses wherever they speak.</summary>
    public long? GroupId { get; init; }

    public IEnumerable<string> Values(ContactMechanismKind kind) => Mechanisms.Where(m => m.Kind == kind).Select(m => m.Value.Trim());
}

/// <summary>Who was chosen.</summary>
/// <param name="Members">By counterparty's name; also those who are left out, with the reason.</param>
/// <param name="IsCut">There are more than one sending may have.</param>
internal sealed record SelectionMembers(IReadOnlyList<SelectionMember> Members, bool IsCut);

/// <summary>Why a selection leaves somebody out, whatever the way; whoever shows them translates them.</summary>
public static class SelectionReasons
{
    public const string NoPerson = "no contact person is known";
    public const string NoSuchPerson = "no contact person of this part or position";
    public const string HasLeft = "no longer works there";
    public const string SameCustomer = "the same customer is among those before";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [NoPerson, NoSuchPerson, HasLeft, SameCustomer];
}

/// <summary>Sees to it that of one wave no customer gets two: an address more is no reason to write twice.</summary>
internal sealed class OnceEach
{
    private readonly HashSet<long> seen = [];

    /// <summary>Takes one who would get it; only those may be asked about, or a first one without an address would leave out the second.</summary>
    /// <returns>Why they are left out all the same; null for those who get it.</returns>
    public string? Refuse(SelectionMember member) => member.GroupId is not { } group || seen.Add(group) ? null : SelectionReasons.SameCustomer;
}
