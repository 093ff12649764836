using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Features.Notifications;

/// <summary>Things to be reminded of, and one turn of the work that the schedule does.</summary>
internal static class NoticeWorld
{
    public static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    public static async Task TellAsync(this CrmApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await NotificationSchedule.TellAsync(scope.ServiceProvider, CancellationToken.None);
        await scope.ServiceProvider.GetRequiredService<NoticeWebhooks>().RunAsync(CancellationToken.None);
        await NotificationSchedule.UpkeepAsync(scope.ServiceProvider, CancellationToken.None);
        await scope.ServiceProvider.GetRequiredService<NoticePlanner>().RunAsync(CancellationToken.None);
    }

    public static async Task<long> PlanAsync(this CrmApp app, long counterparty, long user, DateTimeOffset start, int remindMinutes = 0, string subject = "Call about the offer")
    {
        var interaction = InteractionText.New(counterparty, InteractionState.Planned, user, user, DateTimeOffset.UnixEpoch);
        InteractionText.Apply(
            new() { CounterpartyId = counterparty, State = InteractionState.Planned, Subject = subject, PlannedStart = start, RemindMinutesBefore = remindMinutes }, interaction, DateTimeOffset.UnixEpoch);
        await app.SaveAsync(interaction);
        return interaction.Id;
    }

    /// <summary>A call that happened.</summary>
    public static Task InteractAsync(this CrmApp app, long counterparty, DateTimeOffset at) => app.SaveAsync(new Interaction
    {
        CounterpartyId = counterparty, Kind = InteractionKind.PhoneCall, Direction = InteractionDirection.Outgoing, State = InteractionState.Done, Importance = InteractionImportance.Middle,
        At = at, StartedAt = at, ResponsibleId = 1, Version = 1, CreatedBy = 1, CreatedAt = at,
    });

    /// <summary>What a counterparty owes, of the first ERP.</summary>
    public static PaymentRecord Payment(long counterparty, string due, long amount, string currency) => new()
    {
        HostKey = Guid.NewGuid().ToString("N"), Version = "1", ConnectionId = 1, CounterpartyId = counterparty, Currency = currency, AmountE4 = amount,
        DueOn = DateOnly.ParseExact(due, "yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    /// <summary>What the user did with a plan meanwhile.</summary>
    public static async Task ChangePlanAsync(this CrmApp app, long id, InteractionState state, DateTimeOffset? start = null)
    {
        await using var database = app.Database();
        await database.Set<Interaction>().Where(i => i.Id == id).ExecuteUpdateAsync(i => i
            .SetProperty(x => x.State, state).SetProperty(x => x.PlannedStart, x => start ?? x.PlannedStart).SetProperty(x => x.At, x => start ?? x.At).SetProperty(x => x.RemindAt, x => start ?? x.RemindAt));
    }

    public static async Task<List<Notice>> NoticesAsync(this CrmApp app, long? user = null)
    {
        await using var database = app.Database();
        return await database.Set<Notice>().Where(n => user == null || n.UserId == user).OrderBy(n => n.Id).ToListAsync();
    }

    public static async Task<List<NoticeDelivery>> DeliveriesAsync(this CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<NoticeDelivery>().OrderBy(d => d.NoticeId).ThenBy(d => d.Round).ThenBy(d => d.Channel).ToListAsync();
    }

    /// <summary>As the settings screen would save it.</summary>
    public static async Task ChooseAsync(this CrmApp app, long user, string kind, NoticeChannels channels, int? escalate = null) =>
        await app.SaveAsync(new NoticeChoice { UserId = user, Kind = kind, Channels = channels, EscalateAfterMinutes = escalate });

    public static async Task ChangeAccountAsync(this CrmApp app, long user, string? zone = null, string? email = null)
    {
        await using var database = app.Database();
        await database.Set<UserAccount>().Where(a => a.Id == user).ExecuteUpdateAsync(a => a.SetProperty(x => x.TimeZone, x => zone ?? x.TimeZone).SetProperty(x => x.Email, x => email ?? x.Email));
        app.Services.GetRequiredService<AccountDirectory>().Forget();
    }
}
