using Crm.Plugin.Storage;

namespace Crm.Plugin.Security;

/// <summary>Notes who did what.</summary>
internal sealed class AuditLog(CurrentUser user, TimeProvider clock)
{
    /// <summary>Adds the note to a unit of work, so that it is saved exactly when the deed is.</summary>
    public void Note(CrmDbContext database, string action, string? subject = null, string? subjectId = null, string? detail = null) =>
        database.Add(new AuditEntry
        {
            At = clock.GetUtcNow(),
            UserId = user.IsSomebody ? user.Id : null,
            UserLogin = user.Login,
            Action = action,
            Subject = subject,
            SubjectId = subjectId,
            Detail = detail,
        });
}
