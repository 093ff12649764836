namespace Crm.Plugin.Security;

/// <summary>The person whom this request serves, with the rights that hold for it.</summary>
public sealed record CurrentUser(long Id, string Login, string Name, Role Role, RoleRights Rights, string? Language, string? TimeZone, string? Theme)
{
    /// <summary>Nobody: sees nothing.</summary>
    public static CurrentUser Nobody { get; } = new(0, "", "", 0, new RoleRights(), null, null, null);

    /// <summary>The system's own work: sees everything, named in the audit log as no user.</summary>
    public static CurrentUser System { get; } = new(0, "system", "system", Role.Administrator, RoleRights.Preset(Role.Administrator), null, null, null);

    /// <summary>Logins of the user's team, the user's own included; empty unless a right of the role reaches the team.</summary>
    public IReadOnlyList<string> Team { get; init; } = [];

    /// <summary>Whether somebody is signed in.</summary>
    public bool IsSomebody => Id != 0;

    /// <summary>Whether connections, users and the audit log are open.</summary>
    public bool IsAdministrator => Role == Role.Administrator;

    /// <summary>Whether classification may be run and approved.</summary>
    public bool MayClassify => Role is Role.CommercialDirector or Role.Administrator;

    /// <summary>Whether everybody's work is reviewed, and may be given to somebody else.</summary>
    public bool MayReview => Role is Role.CommercialDirector or Role.Administrator;

    /// <summary>The user's zone, the server's when none is chosen.</summary>
    public TimeZoneInfo Zone => TimeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Local;
}

/// <summary>Holds the user for the length of one request.</summary>
internal sealed class CurrentUserHolder
{
    public CurrentUser User { get; set; } = CurrentUser.Nobody;
}
