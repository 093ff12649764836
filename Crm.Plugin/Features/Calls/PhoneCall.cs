using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Calls;

/// <summary>Which way a call goes.</summary>
public enum CallDirection
{
    /// <summary>They call us.</summary>
    Incoming = 1,

    /// <summary>We call them.</summary>
    Outgoing = 2,
}

/// <summary>One call as it rang at one of our lines. A call that rings at five lines at once is five of these.</summary>
public sealed class PhoneCall
{
    public long Id { get; set; }

    /// <summary>The exchange's own name of the call; unique together with <see cref="Line"/>.</summary>
    public required string CallKey { get; set; }

    /// <summary>Extension or sign-in name as the exchange gave it; "" when it gave none.</summary>
    public required string Line { get; set; }

    /// <summary>Whose line it is; null when nobody's is known.</summary>
    public long? UserId { get; set; }

    public CallDirection Direction { get; set; }

    /// <summary>The other side's number as it came; "" when it is withheld.</summary>
    public required string Number { get; set; }

    /// <summary><see cref="Number"/> by <see cref="Search.PhoneDigits.Normalise"/>.</summary>
    public required string Digits { get; set; }

    /// <summary>Between colleagues: kept for the figures, shown to nobody.</summary>
    public bool IsInternal { get; set; }

    public DateTimeOffset RangAt { get; set; }

    public DateTimeOffset? AnsweredAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>How it ended in the exchange's words, or <c>elsewhere</c> when another line took it; null while it lasts or when it does not say.</summary>
    public string? Disposition { get; set; }

    /// <summary>Whom the user said it was, among several; null before.</summary>
    public long? CounterpartyId { get; set; }

    public long? PersonId { get; set; }

    /// <summary>The CRM's own person, in place of <see cref="PersonId"/>.</summary>
    public long? CardId { get; set; }

    /// <summary>The user said that it was none of those who have this number.</summary>
    public bool IsSomebodyElse { get; set; }

    /// <summary>The <see cref="CallImport"/> that it came with; null for what the exchange reported itself.</summary>
    public long? ImportNo { get; set; }

    /// <summary>The user closed its card.</summary>
    public DateTimeOffset? DismissedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PhoneCall>
    {
        public void Configure(EntityTypeBuilder<PhoneCall> builder) => builder.ToTable("phone_call");
    }
}

/// <summary>Which extension rings on whose desk.</summary>
public sealed class CallLine
{
    /// <summary>As the exchange writes it; unique.</summary>
    public required string Extension { get; set; }

    public long UserId { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<CallLine>
    {
        public void Configure(EntityTypeBuilder<CallLine> builder) => builder.ToTable("call_line").HasKey(l => l.Extension);
    }
}

/// <summary>A number of the company itself: a call from it is no customer's.</summary>
public sealed class OwnNumber
{
    /// <summary>By <see cref="Search.PhoneDigits.Normalise"/>; unique.</summary>
    public required string Digits { get; set; }

    public required string Typed { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<OwnNumber>
    {
        public void Configure(EntityTypeBuilder<OwnNumber> builder) => builder.ToTable("own_number").HasKey(n => n.Digits);
    }
}
