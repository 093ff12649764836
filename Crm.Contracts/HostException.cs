namespace Crm.Contracts;

/// <summary>Who has to act when the ERP does not do what was asked.</summary>
public enum HostFailure
{
    /// <summary>Nobody: it is down, slow or asks to wait; the same request may succeed later.</summary>
    Unavailable,

    /// <summary>An administrator: credentials, rights, a version or a setting are refused.</summary>
    Refused,

    /// <summary>A developer: the answer cannot be understood.</summary>
    Unreadable,
}

/// <summary>Every failure of a host. Its message names what was asked and what came back, never a credential or a customer's data.</summary>
public sealed class HostException : Exception
{
    /// <summary>Tells a failure.</summary>
    /// <param name="failure">Who has to act.</param>
    /// <param name="code">A stable code such as <c>tryton.login-locked</c>: lower case, host name first; listed in the manual with its cure.</param>
    /// <param name="message">English, for the log and the administration screen.</param>
    /// <param name="retryAfter">How long the host asks to wait, null when it did not say.</param>
    /// <param name="inner">The technical cause.</param>
    public HostException(HostFailure failure, string code, string message, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
        Code = code;
        RetryAfter = retryAfter;
    }

    /// <summary>Who has to act.</summary>
    public HostFailure Failure { get; }

    /// <summary>The stable code that the manual lists with its cure.</summary>
    public string Code { get; }

    /// <summary>How long the host asks to wait; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; }
}
