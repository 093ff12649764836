using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Classification;

/// <summary>Life of a classification document. Numbers are stored.</summary>
public enum RunState
{
    /// <summary>Rows are being written; counts nowhere.</summary>
    Filling = 0,

    /// <summary>Complete, to be looked at.</summary>
    Draft = 1,

    /// <summary>In force: counterparties carry its classes. At most one run is.</summary>
    Approved = 2,

    /// <summary>Was in force; history.</summary>
    Superseded = 3,

    /// <summary>Its process died while filling; its rows are being taken away.</summary>
    Abandoned = 4,

    /// <summary>Refused or failed while filling; has no rows, only <see cref="ClassificationRun.Problems"/>.</summary>
    Failed = 5,

    /// <summary>Somebody approved it and its classes are being written; nobody else can.</summary>
    Approving = 6,
}

/// <summary>A classification document. An approved one is never edited: a correction is a new run.</summary>
public sealed class ClassificationRun
{
    /// <summary>Number of the document. Numbers of runs that were never completed are missing.</summary>
    public long Id { get; set; }

    public DateOnly AsOf { get; set; }

    /// <summary>Who is classified. Each population has its own run in force.</summary>
    public Population Population { get; set; }

    public RunState State { get; set; }

    /// <summary>Null for the system's own work.</summary>
    public long? AuthorId { get; set; }

    public required string AuthorLogin { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it became a draft.</summary>
    public DateTimeOffset? FilledAt { get; set; }

    public string? ApproverLogin { get; set; }

    public DateTimeOffset? ApprovedAt { get; set; }

    public DateTimeOffset? SupersededAt { get; set; }

    /// <summary>The run that was in force when this one was filled: "before" in its rows. It may be approved only while that is still in force.</summary>
    public long? PreviousRunId { get; set; }

    /// <summary><see cref="ClassificationFill.RuleVersion"/> at the time.</summary>
    public int RuleVersion { get; set; }

    /// <summary><see cref="ClassificationParameters"/> as JSON.</summary>
    public required string Parameters { get; set; }

    /// <summary><see cref="ClassificationTotals"/> as JSON; null while filling.</summary>
    public string? Totals { get; set; }

    /// <summary>Fingerprint of every document and counterparty that was read; null while filling.</summary>
    public string? InputsHash { get; set; }

    /// <summary>SHA-256 of the packed rows; null while filling and while a draft is cut anew.</summary>
    public string? ResultHash { get; set; }

    /// <summary>Counted up when a draft is changed: whoever keeps its rows in memory reads them again.</summary>
    public int Revision { get; set; }

    /// <summary>Thresholds of a draft were changed: its packed rows hold what was measured, and the classes follow from <see cref="Parameters"/>. Approval writes them down.</summary>
    public bool IsRecut { get; set; }

    /// <summary>How far the filling has come, 0–1,000.</summary>
    public int ProgressPermille { get; set; }

    /// <summary>Why it failed: <see cref="ClassificationProblem"/>s as JSON; null else.</summary>
    public string? Problems { get; set; }

    /// <summary>Moved on while the run is being filled; when it stands still, the process is gone.</summary>
    public DateTimeOffset HeartbeatAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClassificationRun>
    {
        public void Configure(EntityTypeBuilder<ClassificationRun> builder) => builder.ToTable("classification_run");
    }
}
