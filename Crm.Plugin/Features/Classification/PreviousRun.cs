namespace Crm.Plugin.Features.Classification;

/// <summary>What the run in force says of each member while the next one is filled.</summary>
internal sealed class PreviousRun(RunTable? table, DateOnly? asOf)
{
    public static PreviousRun None { get; } = new(null, null);

    /// <summary>Day of the run in force; null before the first.</summary>
    public DateOnly? AsOf => asOf;

    /// <summary>Follows ids that ascend.</summary>
    public Cursor Follow() => new(table);

    internal struct Cursor(RunTable? table)
    {
        private int index = -1;

        public Classes Next(long id)
        {
            if (table is null)
            {
                return Classes.None;
            }

            if (index < 0)
            {
                index = table.IndexOf(id);
                index = index < 0 ? ~index : index;
            }

            var rows = table.Rows;
            while (index < rows.Length && rows[index].Id < id)
            {
                index++;
            }

            return index < rows.Length && rows[index].Id == id ? table.EffectiveOf(rows[index]) : Classes.None;
        }
    }
}
