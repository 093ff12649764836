using System.Text;
using System.Text.Unicode;

namespace Crm.Connector.Hosts.Files;

/// <summary>How a file's letters are written.</summary>
internal enum FileEncoding
{
    /// <summary>No letter beyond ASCII was seen where the probe looked: each row is judged by itself.</summary>
    Undecided,
    Utf8,
    Windows1251,
}

/// <summary>Finds out a file's encoding.</summary>
/// <remarks>
/// 32 places spread over the whole file vote, line by line: Cyrillic text in windows-1251 is practically never valid UTF-8,
/// so one damaged row does not turn a UTF-8 file into nonsense, and an export whose first gigabyte is ASCII is not taken
/// for UTF-8 because of it. Where no place holds a letter beyond ASCII, <see cref="FileEncoding.Undecided"/> lets each row
/// speak for itself: valid UTF-8 or else windows-1251.
/// </remarks>
internal static class EncodingProbe
{
    private const int Places = 32;
    private const int PlaceBytes = 64 * 1024;

    public static FileEncoding Vote(Microsoft.Win32.SafeHandles.SafeFileHandle file, long length)
    {
        var buffer = new byte[PlaceBytes];
        int forUtf8 = 0, against = 0;
        var step = Math.Max(PlaceBytes, length / Places);
        for (long offset = 0; offset < length; offset += step)
        {
            var read = ReadFully(file, buffer, offset);
            VoteIn(buffer.AsSpan(0, read), offset > 0, offset + read < length, ref forUtf8, ref against);
        }

        return forUtf8 + against == 0 ? FileEncoding.Undecided : forUtf8 >= against ? FileEncoding.Utf8 : FileEncoding.Windows1251;
    }

    private static void VoteIn(ReadOnlySpan<byte> place, bool startsInLine, bool endsInLine, ref int forUtf8, ref int against)
    {
        if (startsInLine)
            place = place[(place.IndexOf((byte)'\n') + 1)..];
        if (endsInLine)
            place = place[..(place.LastIndexOf((byte)'\n') + 1)];
        while (!place.IsEmpty)
        {
            var end = place.IndexOf((byte)'\n');
            var line = end < 0 ? place : place[..end];
            place = end < 0 ? default : place[(end + 1)..];
            if (Ascii.IsValid(line))
                continue;
            if (Utf8.IsValid(line))
                forUtf8++;
            else
                against++;
        }
    }

    internal static int ReadFully(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var filled = 0;
        while (filled < buffer.Length && RandomAccess.Read(file, buffer[filled..], offset + filled) is > 0 and var read)
            filled += read;
        return filled;
    }
}
