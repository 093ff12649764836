using Crm.Plugin.Jobs;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Parameters saved by name, and the monthly run.</summary>
internal sealed class ClassificationPresets(IDbContextFactory<CrmDbContext> contexts, TimeProvider clock)
{
    /// <summary>By name; at most 100.</summary>
    public async Task<IReadOnlyList<ClassificationPreset>> ListAsync(CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationPreset>().OrderBy(p => p.Name).Take(100).ToListAsync(cancellation);
    }

    /// <summary>Saves parameters; a preset of this name is replaced.</summary>
    /// <exception cref="ClassificationRefusedException">No right, no name, or a name that is too long.</exception>
    public async Task SaveAsync(string name, ClassificationParameters parameters, CurrentUser user, CancellationToken cancellation)
    {
        ClassificationService.CheckRight(user);
        name = name.Trim();
        if (name.Length is 0 or > 80)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.preset-name", "A preset needs a name of 1 to 80 characters."));
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var (text, now) = (ClassificationJson.Write(parameters).ToString(Newtonsoft.Json.Formatting.None), clock.GetUtcNow());
        var replaced = await database.Set<ClassificationPreset>().Where(p => p.Name == name)
            .ExecuteUpdateAsync(s => s.SetProperty(p => p.Parameters, text).SetProperty(p => p.AuthorLogin, user.Login).SetProperty(p => p.At, now), cancellation);
        if (replaced == 0)
        {
            database.Add(new ClassificationPreset { Name = name, Parameters = text, AuthorLogin = user.Login, At = now });
            await database.SaveChangesAsync(cancellation);
        }
    }

    /// <summary>Takes a preset away; a schedule that used it goes on with the standard parameters.</summary>
    public async Task DeleteAsync(long id, CurrentUser user, CancellationToken cancellation)
    {
        ClassificationService.CheckRight(user);
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        await database.Set<ClassificationSchedule>().Where(s => s.PresetId == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.PresetId, (long?)null), cancellation);
        await database.Set<ClassificationPreset>().Where(p => p.Id == id).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>The parameters of a preset as of a day; null when there is no such preset.</summary>
    public async Task<ClassificationParameters?> ReadAsync(long id, DateOnly asOf, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var text = await database.Set<ClassificationPreset>().Where(p => p.Id == id).Select(p => p.Parameters).FirstOrDefaultAsync(cancellation);
        return text is null ? null : ClassificationJson.ReadParameters(text) with { AsOf = asOf, From = null };
    }

    /// <summary>The monthly run as it is set; off when nobody ever set it.</summary>
    public async Task<ClassificationSchedule> ScheduleAsync(CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationSchedule>().OrderBy(s => s.Id).FirstOrDefaultAsync(cancellation) ?? new() { DayOfMonth = 1 };
    }

    /// <summary>Sets the monthly run.</summary>
    /// <exception cref="ClassificationRefusedException">No right, or no such day in every month.</exception>
    public async Task SetScheduleAsync(bool isOn, int dayOfMonth, long? presetId, bool isApprovedAtOnce, CurrentUser user, CancellationToken cancellation)
    {
        ClassificationService.CheckRight(user);
        if (dayOfMonth is < 1 or > 28)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.day-of-month", "The day of the month must be between 1 and 28; {0} is not.", dayOfMonth));
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var schedule = await database.Set<ClassificationSchedule>().AsTracking().OrderBy(s => s.Id).FirstOrDefaultAsync(cancellation);
        if (schedule is null)
        {
            database.Add(schedule = new());
        }

        (schedule.IsOn, schedule.DayOfMonth, schedule.PresetId, schedule.IsApprovedAtOnce, schedule.Problem) = (isOn, dayOfMonth, presetId, isApprovedAtOnce, null);
        await database.SaveChangesAsync(cancellation);
    }
}

/// <summary>Makes the monthly run when it is due. Safe to run twice, late, and in several processes at once: each month is claimed before it is made.</summary>
internal sealed class ClassificationScheduleJob(
    IDbContextFactory<CrmDbContext> contexts, ClassificationPresets presets, ClassificationService service, ClassificationApproval approval, TimeProvider clock)
{
    /// <returns>Number of the run; null when none was due.</returns>
    public async Task<long?> RunAsync(CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(clock.GetLocalNow().DateTime);
        var schedule = await presets.ScheduleAsync(cancellation);
        var month = new DateOnly(today.Year, today.Month, 1);
        if (!schedule.IsOn || today.Day < schedule.DayOfMonth || schedule.MadeFor >= month || !await ClaimAsync(schedule, month, cancellation))
        {
            return null;
        }

        var asOf = month.AddDays(-1);
        var parameters = schedule.PresetId is { } preset ? await presets.ReadAsync(preset, asOf, cancellation) : null;
        try
        {
            var made = await service.RunAsync(parameters ?? ClassificationParameters.For(RuleSet.Standard, asOf), CurrentUser.System, null, cancellation);
            if (schedule.IsApprovedAtOnce)
            {
                await approval.ApproveAsync(made.RunId, CurrentUser.System, cancellation);
            }

            return made.RunId;
        }
        catch (ClassificationRefusedException refused)
        {
            // Nobody is there to read it: it is shown beside the schedule, and the next month tries again.
            await NoteAsync(schedule.Id, refused.Problems, cancellation);
            return null;
        }
        catch
        {
            await ReleaseAsync(schedule, CancellationToken.None);
            throw;
        }
    }

    private async Task<bool> ClaimAsync(ClassificationSchedule schedule, DateOnly month, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var before = schedule.MadeFor;
        return await database.Set<ClassificationSchedule>().Where(s => s.Id == schedule.Id && s.MadeFor == before)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.MadeFor, month).SetProperty(x => x.Problem, (string?)null), cancellation) == 1;
    }

    private async Task ReleaseAsync(ClassificationSchedule schedule, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var before = schedule.MadeFor;
        await database.Set<ClassificationSchedule>().Where(s => s.Id == schedule.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.MadeFor, before), cancellation);
    }

    private async Task NoteAsync(long id, IReadOnlyList<ClassificationProblem> problems, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var text = Newtonsoft.Json.JsonConvert.SerializeObject(problems);
        await database.Set<ClassificationSchedule>().Where(s => s.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Problem, text), cancellation);
    }
}

/// <summary>Looks each hour whether the monthly run is due.</summary>
internal sealed class ClassificationScheduling(IJobScheduler scheduler) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
        "classification",
        JobTimes.Every(TimeSpan.FromHours(1)),
        (services, cancellation) => services.GetRequiredService<ClassificationScheduleJob>().RunAsync(cancellation),
        cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
