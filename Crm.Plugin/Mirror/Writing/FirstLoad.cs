using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>
/// Turns the values of a staged row into those of its table and hands them on, so that a first read needs no staging: names the
/// connection, finds references, keeps the key of those that are not there yet.
/// </summary>
/// <param name="inner">Takes the columns of <see cref="MirrorSql.FirstColumns"/>.</param>
/// <param name="table">Where the rows go.</param>
/// <param name="connectionId">Whose they are.</param>
/// <param name="now">When they were read, microseconds.</param>
/// <param name="find">The id of a key of a table; null when it has not been read yet.</param>
internal sealed class FirstLoad(IBulkLoad inner, MirrorTable table, int connectionId, long now, Func<string, string, long?> find) : IBulkLoad
{
    private int place;

    public void Begin()
    {
        place = 0;
        inner.Begin();
    }

    public void Text(string? value)
    {
        place++;
        if (place == 2)
        {
            inner.Int(connectionId);
            inner.Text(value);
        }
        else if (place == 3)
        {
            inner.Text(value);
            inner.Long(now);
        }
        else if (table.Columns[place - 4].Target is { } target)
        {
            var key = value is null ? null : CleanText.Of(value);
            var id = key is null ? null : find(target, key);
            inner.Long(id);
            inner.Text(id is null ? key : null);
        }
        else
        {
            inner.Text(value);
        }
    }

    public void Int(int? value)
    {
        if (++place > 1) // the first is the row's number within its page
        {
            inner.Int(value);
        }
    }

    public void Long(long? value)
    {
        place++;
        inner.Long(value);
    }

    public void Flag(bool value)
    {
        place++;
        inner.Flag(value);
    }

    public void End() => inner.End();
}
