using System.ComponentModel;
using System.Text.Json.Serialization;
using Crm.Plugin.Features.Api;
using Crm.Plugin.Search;

namespace Crm.Plugin.Features.Calls;

/// <summary>What happened to a call.</summary>
internal enum CallMoment
{
    Ringing = 1,
    Answered = 2,
    Ended = 3,
}

/// <summary>What a telephone exchange reports.</summary>
internal sealed record CallNews
{
    [Description("The exchange's own name of the call (Asterisk: Linkedid), the same in every report of it; at most 100 letters.")]
    public required string CallId { get; init; }

    [Description("ringing, answered or ended.")]
    [JsonConverter(typeof(Word<CallMoment>))]
    public required CallMoment Event { get; init; }

    [Description("incoming or outgoing; incoming when left out.")]
    [JsonConverter(typeof(Word<CallDirection>))]
    public CallDirection Direction { get; init; } = CallDirection.Incoming;

    [Description("The other side's number in any spelling; empty when it is withheld.")]
    public string? Number { get; init; }

    [Description("Where it rings, as the list of lines names it.")]
    public string? Extension { get; init; }

    [Description("Sign-in name of the user whom it rings at; wins over the extension. With neither, 'answered' and 'ended' hold for every line of the call.")]
    public string? User { get; init; }

    [Description("When; the moment of arrival when left out. More than a day away is refused.")]
    public DateTimeOffset? At { get; init; }

    [Description("How it ended, in the exchange's words: answered, no-answer, busy, failed; at most 50 letters.")]
    public string? Disposition { get; init; }

    public string Line => User is { Length: > 0 } user ? user : Extension ?? "";

    /// <summary>Digits of the other side; a word such as "anonymous" has none.</summary>
    public string Digits => PhoneDigits.Normalise(Number ?? "");

    /// <summary>Name of the member and what is wrong with it; null when nothing is.</summary>
    public (string Member, string Reason)? Wrong(DateTimeOffset now) => this switch
    {
        { CallId: "" or { Length: > 100 } } => ("callId", "'callId' must have 1 to 100 letters."),
        { Number.Length: > 100 } => ("number", "'number' may have at most 100 letters."),
        { Line.Length: > 100 } => ("extension", "'extension' and 'user' may have at most 100 letters."),
        { Disposition.Length: > 50 } => ("disposition", "'disposition' may have at most 50 letters."),
        { At: { } at } when (at - now).Duration() > TimeSpan.FromDays(1) => ("at", "'at' is more than a day away from now: check the clocks and the zone."),
        _ => null,
    };
}

/// <summary>What became of a report.</summary>
/// <param name="Calls">Lines that the call is known at.</param>
/// <param name="Changed">Whether the report said anything new; sent again, it does not.</param>
internal sealed record CallReceipt(IReadOnlyList<CallAnswer> Calls, bool Changed);

/// <summary>One line of a call.</summary>
/// <param name="Id">The plugin's number of it.</param>
/// <param name="Line">Extension or sign-in name.</param>
/// <param name="User">Sign-in name of the user who is told; null when the line is nobody's.</param>
/// <param name="State">ringing, answered or ended.</param>
internal sealed record CallAnswer(long Id, string Line, string? User, [property: JsonConverter(typeof(Word<CallMoment>))] CallMoment State);
