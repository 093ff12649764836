using System.Text;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Decides what a file is by its first bytes, not by what its name or its sender say. No disk.</summary>
public static class FileRule
{
    /// <summary>Bytes of the largest file that is taken.</summary>
    public const long MostBytes = 20 << 20;

    /// <summary>How much of a file is looked at.</summary>
    public const int HeadLength = 4096;

    private static readonly (string Type, int At, byte[] Mark)[] Marks =
    [
        ("application/pdf", 0, "%PDF-"u8.ToArray()),
        ("image/png", 0, [0x89, (byte)'P', (byte)'N', (byte)'G']),
        ("image/jpeg", 0, [0xFF, 0xD8, 0xFF]),
        ("image/gif", 0, "GIF8"u8.ToArray()),
        ("image/webp", 8, "WEBP"u8.ToArray()),
        ("image/tiff", 0, [0x49, 0x49, 0x2A, 0x00]),
        ("image/tiff", 0, [0x4D, 0x4D, 0x00, 0x2A]),
        ("application/zip", 0, [(byte)'P', (byte)'K', 3, 4]),
        ("application/x-ole-storage", 0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        ("application/rtf", 0, "{\\rtf"u8.ToArray()),
        ("audio/mpeg", 0, "ID3"u8.ToArray()),
        ("audio/mpeg", 0, [0xFF, 0xFB]),
        ("audio/ogg", 0, "OggS"u8.ToArray()),
        ("audio/wav", 8, "WAVE"u8.ToArray()),
        ("video/mp4", 4, "ftyp"u8.ToArray()),
        ("application/vnd.rar", 0, "Rar!"u8.ToArray()),
        ("application/x-7z-compressed", 0, [(byte)'7', (byte)'z', 0xBC, 0xAF]),
    ];

    // What a browser might run if it were ever shown in place, and what a system would run if it were opened.
    private static readonly string[] Active = ["<!doctype html", "<html", "<head", "<body", "<script", "<svg", "<iframe", "<?php", "#!"];

    /// <summary>The media type; null for what is not taken: programs, scripts, pages, and what is neither text nor a known format.</summary>
    /// <param name="head">The first <see cref="HeadLength"/> bytes, or all of a shorter file.</param>
    /// <param name="name">Only tells documents inside a zip or an OLE file apart, and text from a table.</param>
    public static string? TypeOf(ReadOnlySpan<byte> head, string name)
    {
        foreach (var (type, at, mark) in Marks)
        {
            if (head.Length >= at + mark.Length && head.Slice(at, mark.Length).SequenceEqual(mark))
            {
                return Inner(type, name);
            }
        }

        return TextOf(head) is { } text && !Active.Any(a => text.Contains(a, StringComparison.OrdinalIgnoreCase))
            ? Path.GetExtension(name).ToUpperInvariant() switch { ".CSV" => "text/csv", ".EML" => "message/rfc822", _ => "text/plain" }
            : null;
    }

    /// <summary>The last part of a path in either system's spelling, without letters that a header or a disk would stumble over.</summary>
    public static string NameOf(string sent)
    {
        var last = sent[(sent.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = new string([.. Storage.CleanText.Of(last).Where(c => !char.IsControl(c) && c is not ('"' or '<' or '>' or '|' or ':' or '*' or '?') && c is not ('\u202a' or '\u202b' or '\u202d' or '\u202e' or '\u2066' or '\u2067'))]).Trim(' ', '.');
        return clean.Length == 0 ? "file" : clean.Length > 150 ? clean[^150..] : clean;
    }

    private static string? Inner(string type, string name) => (type, Path.GetExtension(name).ToUpperInvariant()) switch
    {
        ("application/zip", ".DOCX") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ("application/zip", ".XLSX") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ("application/zip", ".PPTX") => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ("application/zip", ".ODT") => "application/vnd.oasis.opendocument.text",
        ("application/zip", ".ODS") => "application/vnd.oasis.opendocument.spreadsheet",
        ("application/zip", ".DOCM" or ".XLSM" or ".PPTM" or ".JAR" or ".APK") => null, // they run
        ("application/x-ole-storage", ".DOC") => "application/msword",
        ("application/x-ole-storage", ".XLS") => "application/vnd.ms-excel",
        ("application/x-ole-storage", ".PPT") => "application/vnd.ms-powerpoint",
        ("application/x-ole-storage", ".MSG") => "application/vnd.ms-outlook",
        ("application/x-ole-storage", _) => null, // an installer is one too
        _ => type,
    };

    private static string? TextOf(ReadOnlySpan<byte> head)
    {
        foreach (var b in head)
        {
            if (b < 0x20 && b is not (9 or 10 or 12 or 13 or 27))
            {
                return null;
            }
        }

        return Encoding.Latin1.GetString(head);
    }
}
