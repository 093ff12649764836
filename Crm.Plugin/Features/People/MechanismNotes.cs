using Crm.Contracts;

namespace Crm.Plugin.Features.People;

/// <summary>What readers of their own ask of the notes.</summary>
internal static class MechanismNotes
{
    /// <summary>
    /// Whether a line of <c>phone p</c> is not noted as ended or as not begun; looked up by the note's owner, kind and number. Takes the
    /// parameter @today. The offset keeps PostgreSQL from making joins of them: to find the best order of so many took ten times as long as the question.
    /// </summary>
    public static readonly string IsGoodSql =
        $"""
        NOT EXISTS (SELECT 1 FROM mechanism_note x WHERE x.counterparty_id = p.counterparty_id AND x.contact_person_id IS NULL AND p.person_id IS NULL
            AND x.kind = {(int)ContactMechanismKind.Phone} AND x.normal = p.digits AND (x.valid_to < @today OR x.valid_from > @today) LIMIT 1 OFFSET 0)
        AND NOT EXISTS (SELECT 1 FROM mechanism_note x WHERE x.contact_person_id = p.person_id
            AND x.kind = {(int)ContactMechanismKind.Phone} AND x.normal = p.digits AND (x.valid_to < @today OR x.valid_from > @today) LIMIT 1 OFFSET 0)
        """;
}
