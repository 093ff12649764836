using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Security;

/// <summary>Presets of rights.</summary>
public enum Role
{
    /// <summary>Sells: logs contacts, sees what the scope of the role allows.</summary>
    SalesManager = 1,

    /// <summary>Reviews the whole business, approves classification.</summary>
    CommercialDirector = 2,

    /// <summary>Installs, connects, gives rights.</summary>
    Administrator = 3,
}

/// <summary>Whose records a right reaches.</summary>
public enum Scope
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Counterparties the user is responsible for, and those nobody is.</summary>
    Own = 1,

    /// <summary>As <see cref="Own"/>, and those of the user's team.</summary>
    Team = 2,

    /// <summary>Everything.</summary>
    All = 3,
}

/// <summary>A person who may sign in.</summary>
public sealed class UserAccount
{
    public long Id { get; set; }

    /// <summary>Unique; compared exactly as the ERP compares it.</summary>
    public required string Login { get; set; }

    public required string Name { get; set; }

    public string? Email { get; set; }

    /// <summary>The ERP that checks the password; null for a local account.</summary>
    public int? ConnectionId { get; set; }

    /// <summary>Made by the framework's password hasher; only for a local account.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>Changes when the password, the role or the state changes: older sign-ins end.</summary>
    public required string SecurityStamp { get; set; }

    public Role Role { get; set; }

    /// <summary>Name of the team of a local account, without blanks at its ends; null for none, and for ERP users, whose groups say it.</summary>
    public string? Team { get; set; }

    public bool IsActive { get; set; }

    /// <summary>ru, uk or en; null to follow the browser.</summary>
    public string? Language { get; set; }

    /// <summary>IANA zone; null for the server's.</summary>
    public string? TimeZone { get; set; }

    /// <summary>light or dark; null to follow the system.</summary>
    public string? Theme { get; set; }

    public int FailedSignIns { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? SignedInAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<UserAccount>
    {
        public void Configure(EntityTypeBuilder<UserAccount> builder) => builder.ToTable("user_account");
    }
}

/// <summary>How far the rights of one role reach; an administrator may change the presets.</summary>
public sealed class RoleRights
{
    public Role Role { get; set; }

    public Scope ReadScope { get; set; }

    public Scope WriteScope { get; set; }

    public Scope ExportScope { get; set; }

    /// <summary>Read scope and export scope both hold: a role may export less than it sees, never more.</summary>
    public Scope ExportReach() => ExportScope < ReadScope ? ExportScope : ReadScope;

    /// <summary>Whether the team must be known to apply them.</summary>
    public bool ReachesTeam => ReadScope == Scope.Team || WriteScope == Scope.Team || ExportScope == Scope.Team;

    /// <summary>What a role may until an administrator says otherwise.</summary>
    public static RoleRights Preset(Role role) => role switch
    {
        // Whoever picks up the telephone must see the relationship and log the call; taking data away is another matter.
        Role.SalesManager => new() { Role = role, ReadScope = Scope.All, WriteScope = Scope.All, ExportScope = Scope.Own },
        _ => new() { Role = role, ReadScope = Scope.All, WriteScope = Scope.All, ExportScope = Scope.All },
    };

    internal sealed class Configuration : IEntityTypeConfiguration<RoleRights>
    {
        public void Configure(EntityTypeBuilder<RoleRights> builder) => builder.ToTable("role_rights").Ignore(r => r.ReachesTeam).HasKey(r => r.Role);
    }
}

/// <summary>A bearer token of the HTTP API. Only its SHA-256 is kept.</summary>
public sealed class ApiToken
{
    public long Id { get; set; }

    public long UserId { get; set; }

    public required string Label { get; set; }

    /// <summary>SHA-256 of the token, hexadecimal.</summary>
    public required string Hash { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ApiToken>
    {
        public void Configure(EntityTypeBuilder<ApiToken> builder) => builder.ToTable("api_token");
    }
}

/// <summary>Who did what; survives the record it speaks of.</summary>
public sealed class AuditEntry
{
    public long Id { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>Null for what the system did by itself.</summary>
    public long? UserId { get; set; }

    public string? UserLogin { get; set; }

    /// <summary>Stable code such as <c>interaction.logged</c>.</summary>
    public required string Action { get; set; }

    /// <summary>Kind of record, such as <c>counterparty</c>.</summary>
    public string? Subject { get; set; }

    public string? SubjectId { get; set; }

    /// <summary>Old and new values as JSON; no secrets.</summary>
    public string? Detail { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<AuditEntry>
    {
        public void Configure(EntityTypeBuilder<AuditEntry> builder) => builder.ToTable("audit");
    }
}
