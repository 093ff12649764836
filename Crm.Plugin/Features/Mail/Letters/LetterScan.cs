using System.Runtime.InteropServices;
using System.Text;
using MimeKit;

namespace Crm.Plugin.Features.Mail.Letters;

/// <summary>
/// Runs through a letter before it is read whole and keeps nothing of it: MimeKit makes objects of every part and header, of which a letter of
/// 40 MB can hold millions, and takes the square of the time for a header of that length.
/// </summary>
internal sealed class LetterScan : MimeReader
{
    private const int MostParts = 500;
    private const int MostHeaders = 10_000;
    private const int LongestHead = 512 << 10;
    private const int MostSamples = 64 << 10;

    private readonly List<byte> samples = [];
    private long? head = 0;
    private int parts;
    private int headers;

    private LetterScan(ParserOptions options, Stream stream) : base(options, stream, MimeFormat.Entity)
    {
    }

    /// <summary>From here on it is more than anybody writes; null for a letter as they are.</summary>
    public long? End { get; private set; }

    /// <summary>In which headers stand that are neither encoded nor UTF-8; null where there are none.</summary>
    public Encoding? HeaderCharset => samples.Count == 0 ? null : OctetText.Guess(CollectionsMarshal.AsSpan(samples));

    public static LetterScan Of(ParserOptions options, byte[] raw)
    {
        using var octets = new Octets(raw);
        var scan = octets.Reader = new LetterScan(options, octets);
        try
        {
            scan.ReadMessage();
        }
        catch (Exception failure) when (failure is FormatException or EnoughException)
        {
            // What was seen until then is known.
        }

        return scan;
    }

    protected override void OnHeadersBegin(long beginOffset, int beginLineNumber, CancellationToken cancellationToken) => head = beginOffset;

    protected override void OnHeadersEnd(long beginOffset, int beginLineNumber, long endOffset, int endLineNumber, CancellationToken cancellationToken) => head = null;

    protected override void OnHeaderRead(Header header, int beginLineNumber, CancellationToken cancellationToken)
    {
        if (samples.Count < MostSamples && !OctetText.IsUtf8(header.RawValue))
        {
            samples.AddRange(header.RawValue.AsSpan(0, Math.Min(header.RawValue.Length, MostSamples)));
        }

        Count(ref headers, MostHeaders, header.Offset ?? 0);
    }

    protected override void OnMimePartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken) => Count(ref parts, MostParts, beginOffset);

    protected override void OnMultipartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken) => Count(ref parts, MostParts, beginOffset);

    protected override void OnMessagePartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken) => Count(ref parts, MostParts, beginOffset);

    private void Count(ref int seen, int most, long at)
    {
        if (++seen > most)
        {
            End = at;
            throw new EnoughException();
        }
    }

    /// <summary>The head that is read now has come as far as this.</summary>
    private void Reach(long at)
    {
        if (head is { } begin && at - begin > LongestHead)
        {
            End = begin == 0 ? LongestHead : begin; // of a part nothing is left, of the letter's own head what came first
            throw new EnoughException();
        }
    }

    private sealed class Octets(byte[] raw) : MemoryStream(raw, writable: false)
    {
        public LetterScan? Reader { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Reader?.Reach(Position);
            return base.Read(buffer, offset, count);
        }
    }

    private sealed class EnoughException : Exception;
}
