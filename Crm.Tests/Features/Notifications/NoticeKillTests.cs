using System.Diagnostics;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Notifications;

/// <summary>Two plugin processes on one PostgreSQL, killed (SIGKILL) again and again, tell everything once through every channel.</summary>
public sealed class NoticeKillTests(PostgresServer postgres)
{
    private const int Reminders = 12_000;
    private const int Kills = 10;

    [Fact]
    public async Task TwoProcesses_KilledManyTimes_TellEverythingOnce()
    {
        await using var app = await CrmApp.StartAsync(DatabaseKind.PostgreSql, postgres);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        await app.ChangeAccountAsync(anna.Id, email: "anna@trade.example");
        await app.ChooseAsync(anna.Id, "contact", NoticeChannels.Bell | NoticeChannels.Email);
        var counterparty = await app.AddCounterpartyAsync("A");
        await using var database = app.Database();
        var due = Instant.ToMicroseconds(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));
        await database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO interaction (counterparty_id, kind, direction, state, importance, at, responsible_id, remind_at, planned_start, text_folded, version, created_by, created_at)
            SELECT {counterparty}, 1, 1, 0, 2, {due}, {anna.Id}, {due} + n, {due}, '', 1, {anna.Id}, {due} FROM generate_series(1, {Reminders}) n
            """);
        var connection = database.Database.GetConnectionString()!;
        var dice = new Random(20261122);

        using (var steady = Child(app, connection, false))
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                using var victim = Child(app, connection, false);
                await victim.StandardOutput.ReadLineAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(10, 500)), TimeProvider.System);
                victim.Kill(entireProcessTree: true);
                await victim.WaitForExitAsync();
                Assert.Equal(137, victim.ExitCode); // it was still at work
            }

            steady.Kill(entireProcessTree: true);
            await steady.WaitForExitAsync();
        }

        using var one = Child(app, connection, true);
        using var two = Child(app, connection, true);
        await Task.WhenAll(one.StandardOutput.ReadToEndAsync(), two.StandardOutput.ReadToEndAsync());
        await Task.WhenAll(one.WaitForExitAsync(), two.WaitForExitAsync());
        Assert.Equal((0, 0), (one.ExitCode, two.ExitCode));

        Assert.Equal(Reminders, await database.Set<Notice>().CountAsync());
        Assert.Equal(Reminders, await database.Set<NoticeDelivery>().CountAsync(d => d.Channel == NoticeChannels.Bell && d.State == DeliveryState.Delivered));
        Assert.Equal(Reminders, await database.Set<NoticeDelivery>().CountAsync(d => d.Channel == NoticeChannels.Email && d.State == DeliveryState.Delivered));
        Assert.Equal(Reminders, await database.Set<MailOut>().CountAsync());
        Assert.Equal(0, await database.Set<Notice>().CountAsync(n => n.Round != 1 || n.PlanAt != null));
    }

    private static Process Child(CrmApp app, string connection, bool isLast) => NoticeChild.Start(app.Folder, connection, isLast);
}
