namespace Crm.Contracts;

/// <summary>A person who speaks for a counterparty; owned by the ERP.</summary>
public sealed record ContactPerson : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>Whom the person speaks for; it may not have been read yet.</summary>
    public required HostKey Counterparty { get; init; }

    /// <summary>Never empty.</summary>
    public required string Name { get; init; }

    /// <summary>Job title.</summary>
    public string? Position { get; init; }

    /// <summary>The main one of each kind first.</summary>
    public IReadOnlyList<ContactMechanism> Mechanisms { get; init; } = [];

    /// <summary>Day of birth; the year is 1 when only day and month are known.</summary>
    public DateOnly? Birthday { get; init; }

    /// <summary>False when the ERP hides the person.</summary>
    public bool IsActive { get; init; } = true;
}

/// <summary>Reads contact persons.</summary>
public interface IContactPersonSource : IHostSource<ContactPerson>;
