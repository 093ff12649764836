using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Selections saved by name.</summary>
internal sealed class ClassificationSegments(IDbContextFactory<CrmDbContext> contexts, TimeProvider clock)
{
    /// <summary>By name; at most 200.</summary>
    public async Task<IReadOnlyList<ClassificationSegment>> ListAsync(CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationSegment>().OrderBy(s => s.Name).Take(200).ToListAsync(cancellation);
    }

    /// <summary>Saves whom parameters choose; a segment of this name is replaced. Runs made before keep what it held then.</summary>
    /// <exception cref="ClassificationRefusedException">No right, no name or too long a one, nobody chosen, or unknown classes or stages.</exception>
    public async Task SaveAsync(string name, ClassificationParameters parameters, CurrentUser user, CancellationToken cancellation)
    {
        ClassificationService.CheckRight(user);
        name = name.Trim();
        if (name.Length is 0 or > 80)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.segment-name", "A segment needs a name of 1 to 80 characters."));
        }

        if (!(parameters with { Segment = parameters.Segment with { Name = null } }).IsFiltered)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.segment-everybody", "A segment chooses by at least one of manager, city, region, country, class and stage."));
        }

        if (ParametersRule.Refusals(parameters, DateOnly.MaxValue).Where(p => p.Code == "classification.segment-words").ToList() is { Count: > 0 } refusals)
        {
            throw new ClassificationRefusedException(refusals);
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var segment = await database.Set<ClassificationSegment>().AsTracking().FirstOrDefaultAsync(s => s.Name == name, cancellation);
        if (segment is null)
        {
            database.Add(segment = new() { Name = name, AuthorLogin = user.Login });
        }

        (segment.Manager, segment.City, segment.Region, segment.Country) = (parameters.Manager, parameters.City, parameters.Segment.Region, parameters.Segment.Country);
        (segment.Importance, segment.Stage, segment.AuthorLogin, segment.At) = (parameters.Segment.Importance, parameters.Segment.Stage, user.Login, clock.GetUtcNow());
        await database.SaveChangesAsync(cancellation);
    }

    /// <summary>Removes a segment; runs keep what it held.</summary>
    public async Task DeleteAsync(long id, CurrentUser user, CancellationToken cancellation)
    {
        ClassificationService.CheckRight(user);
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        await database.Set<ClassificationSegment>().Where(s => s.Id == id).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>The parameters with what their named segment holds; fields that are filled in already go before it.</summary>
    /// <exception cref="ClassificationRefusedException">There is no such segment.</exception>
    public async Task<ClassificationParameters> ResolveAsync(ClassificationParameters parameters, CancellationToken cancellation)
    {
        if (parameters.Segment.Name is not { } name)
        {
            return parameters;
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var found = await database.Set<ClassificationSegment>().FirstOrDefaultAsync(s => s.Name == name, cancellation)
            ?? throw new ClassificationRefusedException(ClassificationProblem.Of("classification.unknown-segment", "There is no segment “{0}”.", name));
        var typed = parameters.Segment;
        return parameters with
        {
            Manager = parameters.Manager ?? found.Manager,
            City = parameters.City ?? found.City,
            Segment = new(found.Name, typed.Region ?? found.Region, typed.Country ?? found.Country, typed.Importance ?? found.Importance, typed.Stage ?? found.Stage),
        };
    }
}
