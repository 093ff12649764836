using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Mail.Incoming;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.AddressHarvest;

/// <summary>An address as the preview shows it.</summary>
/// <param name="Address">In small letters.</param>
/// <param name="CounterpartyId">Who has it; null when nobody known does, or nobody within reach.</param>
/// <param name="Counterparty">Its name.</param>
/// <param name="IsSuppressed">Wants no letters.</param>
public sealed record HarvestLine(string Address, long? CounterpartyId, string? Counterparty, bool IsSuppressed)
{
    /// <summary>Its last day has passed at <see cref="Counterparty"/>, or at somebody out of reach, and nobody else has it.</summary>
    public bool IsOutOfUse { get; init; }

    public bool MayBeAdded => !IsSuppressed && !IsOutOfUse;
}

/// <summary>A list as the page shows it.</summary>
public sealed record AddressListLine(long Id, string Name, int Addresses, DateTimeOffset CreatedAt);

/// <summary>Gathering e-mail addresses from texts and files.</summary>
internal static class HarvestFeature
{
    private const int LongestText = 1_000_000;
    private const int MostMatched = 300;

    public static IServiceCollection AddAddressHarvest(this IServiceCollection services) => services.AddScoped<AddressListStore>();

    public static void MapAddressHarvest(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/address-harvest", ShowAsync);
        routes.MapPost("/address-harvest", GatherAsync);
        routes.MapPost("/address-harvest/add", AddAsync);
        routes.MapGet("/address-harvest/{id:long}", AddressListEndpoints.ShowAsync);
        routes.MapGet("/address-harvest/{id:long}/export", AddressListEndpoints.ExportAsync);
        routes.MapPost("/address-harvest/{id:long}/remove", AddressListEndpoints.RemoveAsync);
    }

    private static async Task<IResult> ShowAsync(HttpRequest request, CrmDbContext database, CancellationToken cancellation) =>
        await PageAsync(new TypedForm([]), null, [], request.Query["added"].ToString(), database, cancellation);

    private static async Task<IResult> GatherAsync(HttpContext http, CrmDbContext database, MailMatcher matcher, CurrentUser user, Show show, CancellationToken cancellation)
    {
        var sent = await http.Request.ReadFormAsync(cancellation);
        var form = TypedForm.From(sent, LongestText);
        form.Whole("text", LongestText);
        var texts = new List<string> { form["text"] };
        foreach (var file in sent.Files.Where(f => f.Length is > 0 and <= 40 << 20))
        {
            using var content = new MemoryStream();
            await file.CopyToAsync(content, cancellation);
            texts.AddRange(HarvestRule.Texts(file.FileName, content.ToArray()));
        }

        var harvest = HarvestRule.Gather(texts);
        if (harvest.Addresses.Count == 0)
            form.Refuse("text", HarvestRefusals.Nothing);
        if (form.Refusals.Count > 0)
        {
            return (await PageAsync(form, null, [], "", database, cancellation)).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        var typed = new Dictionary<string, string> { ["source"] = string.Join(", ", sent.Files.Take(20).Select(f => Path.GetFileName(f.FileName)).Prepend(form["text"].Length > 0 ? "text" : "").Where(s => s.Length > 0)) };
        return await PageAsync(new TypedForm(typed), harvest, await LinesAsync(harvest.Addresses, database, matcher, user, show, cancellation), "", database, cancellation);
    }

    private static async Task<IResult> AddAsync(HttpContext http, CrmDbContext database, MailMatcher matcher, CurrentUser user, Show show, AuditLog audit, TimeProvider clock, CancellationToken cancellation)
    {
        var sent = await http.Request.ReadFormAsync(cancellation);
        var form = TypedForm.From(sent, LongestText);
        var chosen = sent["address"].OfType<string>().Select(MailAddressRule.Fold).Where(MailAddressRule.IsValid).Distinct().Take(HarvestRule.Most).ToList();
        if (form.Whole("list", 100).Length == 0)
            form.Refuse("list", HarvestRefusals.NoList);
        if (form.Whole("basis", 300).Length == 0)
            form.Refuse("basis", HarvestRefusals.NoBasis);
        if (chosen.Count == 0)
            form.Refuse("address", HarvestRefusals.NobodyChosen);
        var lines = await LinesAsync(chosen, database, matcher, user, show, cancellation);
        if (form.Refusals.Count > 0)
        {
            return (await PageAsync(form, new Harvest(chosen, chosen.Count, false), lines, "", database, cancellation)).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        var now = clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var name = form["list"];
        var list = await database.Set<AddressList>().FirstOrDefaultAsync(l => l.Name == name, cancellation) ?? database.Add(new AddressList { Name = name, CreatedAt = now }).Entity;
        await database.SaveChangesAsync(cancellation);
        var known = (await database.Set<AddressListEntry>().Where(e => e.AddressListId == list.Id && chosen.Contains(e.Address)).Select(e => e.Address).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        List<HarvestLine> fresh = [.. lines.Where(l => !known.Contains(l.Address) && l.MayBeAdded)];
        database.AddRange(fresh.Select(l => new AddressListEntry
        {
            AddressListId = list.Id, Address = l.Address, CounterpartyId = l.CounterpartyId, LegalBasis = form["basis"], Source = form["source"].Length > 300 ? form["source"][..300] : form["source"], AddedBy = user.Id, AddedAt = now,
        }));
        audit.Note(database, "addresses.added", "address-list", list.Id.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{{\"addresses\":[null,{fresh.Count}]}}"));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/address-harvest?added={fresh.Count}"));
    }

    private static async Task<IReadOnlyList<HarvestLine>> LinesAsync(IReadOnlyList<string> addresses, CrmDbContext database, MailMatcher matcher, CurrentUser user, Show show, CancellationToken cancellation)
    {
        var suppressed = (await database.Set<MailSuppression>().Where(s => addresses.Contains(s.Address)).Select(s => s.Address).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        var ended = (await EndedAddresses.AmongAsync(database, [.. addresses.Select(Normal)], show.Today, cancellation)).ToLookup(e => e.Normal, e => e.CounterpartyId, StringComparer.Ordinal);
        var lines = new List<HarvestLine>();
        foreach (var (address, no) in addresses.Select((a, i) => (a, i)))
        {
            // Each is asked of the search; beyond some hundreds the rest is shown without a name.
            var match = no < MostMatched ? (await matcher.OfAddressAsync(address, cancellation)).Select(m => (long?)m.CounterpartyId).FirstOrDefault() : null;
            var last = match is null ? ended[Normal(address)].Select(c => (long?)c).FirstOrDefault() : null;
            var name = (match ?? last) is { } id ? await database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Where(c => c.Id == id).Select(c => c.Name).FirstOrDefaultAsync(cancellation) : null;
            lines.Add(new(address, name is null ? null : match ?? last, name, suppressed.Contains(address)) { IsOutOfUse = last is not null });
        }

        return lines;
    }

    private static string Normal(string address) => MechanismRule.Normal(ContactMechanismKind.Email, address);

    private static async Task<IResult> PageAsync(TypedForm form, Harvest? harvest, IReadOnlyList<HarvestLine> lines, string added, CrmDbContext database, CancellationToken cancellation) => Screen.Of<HarvestPage>(new
    {
        Form = form,
        Harvest = harvest,
        Lines = lines,
        Added = int.TryParse(added, CultureInfo.InvariantCulture, out var count) ? count : (int?)null,
        Lists = (IReadOnlyList<AddressListLine>)await database.Set<AddressList>().OrderBy(l => l.Name).Take(200)
            .Select(l => new AddressListLine(l.Id, l.Name, database.Set<AddressListEntry>().Count(e => e.AddressListId == l.Id), l.CreatedAt)).ToListAsync(cancellation),
    });
}

/// <summary>Every reason that these forms refuse for; each has translations.</summary>
public static class HarvestRefusals
{
    public const string Nothing = "No e-mail address was found.";
    public const string NoList = "Name the list.";
    public const string NoBasis = "State why these people may be written to.";
    public const string NobodyChosen = "Choose at least one address.";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => typeof(HarvestRefusals).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
}
