using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications;

/// <summary>The reminder that a planned contact gets where nobody chose one.</summary>
internal static class UsualReminder
{
    /// <summary>Minutes before the start that a user wants; null for no reminder.</summary>
    public static async Task<int?> ReadAsync(CrmDbContext database, long userId, CancellationToken cancellation)
    {
        var own = await database.Set<NoticeSettings>().Where(s => s.UserId == userId).Select(s => new { s.RemindMinutes }).FirstOrDefaultAsync(cancellation);
        return own is null ? new NoticeSettings().RemindMinutes : own.RemindMinutes;
    }

    /// <summary>As usual; at the start where the usual time has passed already.</summary>
    public static int? Before(DateTimeOffset start, int? usual, DateTimeOffset now) => usual is { } minutes && start - TimeSpan.FromMinutes(minutes) < now ? 0 : usual;
}
