using System.Globalization;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>How far a reader has been told.</summary>
/// <param name="Seed">Of the company that the reader knows.</param>
/// <param name="Anchor">The day of the reader's first read: it decides where the history that it sees begins.</param>
/// <param name="From">Everything up to this instant was told before; -1 at the first read.</param>
/// <param name="To">What is being told reaches up to this instant; equal to From when all was told.</param>
/// <param name="Offset">Rows between From and To that were told already.</param>
internal readonly record struct DemoCursor(int Seed, DateOnly Anchor, long From, long To, int Offset)
{
    /// <summary>Raised whenever the generator tells another company for the same seed: readers then start again.</summary>
    public const int Revision = 1;

    public static DemoCursor Start(int seed, long now) => new(seed, Moments.Day(now), -1, now, 0);

    public DemoCursor Finished => this with { From = To, Offset = 0 };

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Revision}:{Seed}:{Anchor:yyyyMMdd}:{From}:{To}:{Offset}");

    /// <summary>Understands a cursor of this company; one of another seed or revision starts again with the same anchor.</summary>
    public static DemoCursor Parse(string text, int seed, long now)
    {
        var part = text.Split(':');
        if (part.Length != 6
            || !int.TryParse(part[0], NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            || !int.TryParse(part[1], NumberStyles.None, CultureInfo.InvariantCulture, out var knownSeed)
            || !DateOnly.TryParseExact(part[2], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var anchor)
            || !long.TryParse(part[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var from)
            || !long.TryParse(part[4], NumberStyles.None, CultureInfo.InvariantCulture, out var to)
            || !int.TryParse(part[5], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            throw new HostException(HostFailure.Unreadable, "demo.bad-cursor", "The stored cursor was not written by the demo host.");
        }

        return revision == Revision && knownSeed == seed
            ? new DemoCursor(seed, anchor, from, to, offset)
            : new DemoCursor(seed, anchor, -1, now, 0);
    }
}
