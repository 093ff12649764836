namespace Crm.Connector.Hosts.Files;

/// <summary>Takes a record whose quotes are right apart into fields.</summary>
internal static class Fields
{
    /// <summary>Finds the end of the field that starts at <paramref name="start"/>: a delimiter's place, or the record's length.</summary>
    public static int EndOf(ReadOnlySpan<byte> record, int start, byte delimiter)
    {
        var at = start;
        if (at < record.Length && record[at] == '"')
        {
            at++;
            while (record[at..].IndexOf((byte)'"') is >= 0 and var found)
            {
                at += found + 1;
                if (at >= record.Length || record[at] != '"')
                    break;
                at++;
            }
        }

        var end = record[at..].IndexOf(delimiter);
        return end < 0 ? record.Length : at + end;
    }

    public static int Count(ReadOnlySpan<byte> record, byte delimiter)
    {
        var count = 1;
        for (var end = EndOf(record, 0, delimiter); end < record.Length; end = EndOf(record, end + 1, delimiter))
            count++;
        return count;
    }

    /// <summary>Blanks around a value mean nothing; quotes around it are taken off, doubled ones inside stay doubled.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> field, out bool doubled)
    {
        doubled = false;
        if (field.Length > 0 && field[0] > ' ' && field[0] != '"' && field[^1] > ' ')
            return field;
        if (field.Length >= 2 && field[0] == '"' && field[^1] == '"')
        {
            field = field[1..^1];
            doubled = field.Contains((byte)'"');
        }

        var start = 0;
        while (start < field.Length && field[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            start++;
        var end = field.Length;
        while (end > start && field[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            end--;
        return field[start..end];
    }
}
