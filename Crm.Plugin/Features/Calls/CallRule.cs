using Crm.Plugin.Search;

namespace Crm.Plugin.Features.Calls;

/// <summary>What a call's times and numbers mean. No clock, no database.</summary>
public static class CallRule
{
    /// <summary>Digits that two spellings of one number must share at least; shorter numbers must be equal.</summary>
    public const int TailLength = 7;

    /// <summary>An exchange that forgets to say that a call ended leaves its card no longer than this.</summary>
    public static readonly TimeSpan LongestRinging = TimeSpan.FromMinutes(5);

    /// <inheritdoc cref="LongestRinging"/>
    public static readonly TimeSpan LongestTalk = TimeSpan.FromHours(4);

    /// <summary>How long a call that has ended waits to be logged.</summary>
    public static readonly TimeSpan Afterwards = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How surely two numbers are the same: 3 – equal in international form; 2 – one is the end of the other and they share nine digits or
    /// more, so that only the country is missing; 1 – one is the end of the other and they share a town's seven or eight; 0 – two numbers.
    /// </summary>
    public static int Likeness(string digits, string other)
    {
        if (digits == other)
        {
            return digits.Length == 0 ? 0 : 3;
        }

        var shared = Math.Min(digits.Length, other.Length);
        return shared < TailLength || !digits.AsSpan()[^shared..].SequenceEqual(other.AsSpan()[^shared..]) ? 0 : shared >= 9 ? 2 : 1;
    }

    /// <summary>What a telephone dials: with a plus where the spelling shows the international form, else the digits as they were typed; without an extension.</summary>
    public static string Dial(string typed)
    {
        var (normal, plain) = (PhoneDigits.Normalise(typed), PhoneDigits.Normalise("+" + typed));
        return normal.Length > 0 && (typed.TrimStart().StartsWith('+') || normal != plain) ? "+" + normal : normal;
    }

    /// <summary>What <see cref="Likeness"/> can only be found by; null for a number too short.</summary>
    public static string? Tail(string digits) => digits.Length < TailLength ? null : digits[^TailLength..];

    /// <summary>Entries of the fragment index of all numbers that end with the same digits.</summary>
    internal static (long Low, long High) Ending(string digits)
    {
        var run = PhoneFragment.Run(Tail(digits) ?? digits, 0);
        return (PhoneFragment.Entry(run, 0), PhoneFragment.Entry(run + 1, 0));
    }

    /// <summary>Whether the card of a call is to be seen.</summary>
    public static bool IsOpen(PhoneCall call, DateTimeOffset now) =>
        call is { DismissedAt: null, IsInternal: false } && (call switch
        {
            { EndedAt: not null, Disposition: "elsewhere" } => false,
            { EndedAt: { } ended } => now - ended < Afterwards,
            { AnsweredAt: { } answered } => now - answered < LongestTalk,
            _ => now - call.RangAt < LongestRinging,
        });

    /// <summary>Nobody took it.</summary>
    public static bool IsMissed(PhoneCall call) => call is { AnsweredAt: null, EndedAt: not null, Direction: CallDirection.Incoming } && call.Disposition != "elsewhere";

    /// <summary>Minutes spent, begun ones as whole; null when nobody answered.</summary>
    public static int? Minutes(PhoneCall call, DateTimeOffset now) => call.AnsweredAt is { } from
        ? Math.Clamp((int)Math.Ceiling(((call.EndedAt ?? now) - from).TotalMinutes), 0, 1440)
        : null;
}
