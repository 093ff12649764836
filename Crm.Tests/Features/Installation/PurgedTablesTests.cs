using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Installation;

/// <summary>Every table of every feature: what goes with one ERP of several, what stays the company's, and that nothing is left with the last.</summary>
public sealed class PurgedTablesTests(PostgresServer postgres)
{
    /// <summary>Rows hang on an ERP's counterparties, and go with them.</summary>
    private static readonly string[] GoWithTheirErp =
    [
        "address_list_entry", "class_change", "counterparty_preference", "duplicate_candidate", "duplicate_dismissal", "duplicate_key", "identity_member", "installation", "interaction", "interaction_file", "interaction_order",
        "interaction_person", "interaction_task", "interaction_user", "likely_loss", "mail_in", "mail_out", "mechanism_note", "notice", "notice_delivery", "own_mechanism", "person_place", "phone_call", "prospect", "prospect_move", "sales_touched", "sms_in", "sms_out",
    ];

    /// <summary>Deleted with one ERP by rules of their own.</summary>
    private static readonly string[] GoByTheirOwnRule = ["person_card"];

    /// <summary>The company's, of all ERPs together; they go with the last one.</summary>
    private static readonly string[] StayWithTheCompany =
    [
        "address_list", "calendar_feed", "call_import", "call_line", "care_rule", "classification_block", "classification_member", "classification_override", "classification_preset", "classification_run", "classification_schedule", "classification_segment", "duplicate_progress", "interaction_channel", "internal_plan", "internal_plan_user", "mail_account", "mail_count", "mail_suppression", "mail_template", "notice_choice", "notice_settings", "notice_source", "own_number", "portfolio_handover", "portfolio_handover_item", "retention", "sales_block", "sales_history", "sms_gateway", "sms_suppression",
    ];

    [Fact]
    public async Task Tables_OfTheModel_AreEachDecidedOn()
    {
        await using var app = await CrmApp.StartAsync();
        await using var database = app.Database();

        Assert.Equal(
            GoWithTheirErp.Concat(GoByTheirOwnRule).Concat(StayWithTheCompany).Order(StringComparer.Ordinal),
            CrmDataPurge.Tables(database.Model).Select(t => t.GetTableName()!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(GoWithTheirErp.Order(StringComparer.Ordinal), CrmDataPurge.Statements(database.Model).Select(s => s.Table).Distinct().Order(StringComparer.Ordinal));
        // A link that the purge does not know would leave rows behind: each name of a link to a counterparty is one of its own.
        Assert.DoesNotContain(
            CrmDataPurge.Tables(database.Model).Where(t => StayWithTheCompany.Contains(t.GetTableName())).SelectMany(t => t.GetProperties(), (t, p) => $"{t.GetTableName()}.{p.Name}"),
            n => n.Contains("Counterparty", StringComparison.Ordinal) && n.EndsWith("Id", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Purge_OneOfTwo_TakesItsRowsOutOfEveryTable(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (goes, stays) = (await FillAsync(app, "goes"), await FillAsync(app, "stays"));

        await PurgeAsync(app, goes.Connection, isLast: false);

        await using var database = app.Database();
        foreach (var table in GoWithTheirErp.Where(t => t != "identity_member").Concat(GoByTheirOwnRule))
        {
            Assert.Equal((table, 1), (table, await CountAsync(database, table)));
        }

        foreach (var table in StayWithTheCompany)
        {
            Assert.Equal((table, 1), (table, await CountAsync(database, table)));
        }

        Assert.Equal(stays.Counterparty, (await database.Set<Interaction>().SingleAsync()).CounterpartyId);
        Assert.Equal(stays.Counterparty, (await database.Set<MailIn>().SingleAsync()).CounterpartyId);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Purge_LinksAcrossTwo_LeaveNothingThatPointsNowhere(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (goes, stays) = (await MirrorAsync(app, "goes"), await MirrorAsync(app, "stays"));
        PersonCard[] cards =
        [
            new() { Name = "of both", NameFolded = "of both" }, new() { Name = "of it alone", NameFolded = "of it alone" },
            new() { Name = "its ERP's", NameFolded = "its erp's", ContactPersonId = goes.Person }, new() { Name = "the other ERP's", NameFolded = "the other erp's", ContactPersonId = stays.Person },
        ];
        await app.SaveAsync(cards);
        await app.SaveAsync(
            new PersonPlace { PersonCardId = cards[0].Id, CounterpartyId = goes.Counterparty }, new PersonPlace { PersonCardId = cards[0].Id, CounterpartyId = stays.Counterparty },
            new PersonPlace { PersonCardId = cards[1].Id, CounterpartyId = goes.Counterparty }, new PersonPlace { PersonCardId = cards[2].Id, CounterpartyId = stays.Counterparty },
            new PersonPlace { PersonCardId = cards[3].Id, CounterpartyId = stays.Counterparty },
            new DuplicateCandidate { CounterpartyId = stays.Counterparty, OtherId = goes.Counterparty }, new DuplicateDismissal { CounterpartyId = stays.Counterparty, OtherId = goes.Counterparty },
            new IdentityMember { CounterpartyId = goes.Counterparty, GroupId = goes.Counterparty }, new IdentityMember { CounterpartyId = stays.Counterparty, GroupId = goes.Counterparty });

        await PurgeAsync(app, goes.Connection, isLast: false);

        await using var database = app.Database();
        Assert.Equal(["of both", "the other ERP's"], await database.Set<PersonCard>().OrderBy(c => c.Name).Select(c => c.Name).ToListAsync());
        Assert.Equal(2, await database.Set<PersonPlace>().CountAsync());
        foreach (var table in (string[])["duplicate_candidate", "duplicate_dismissal", "identity_member"])
        {
            Assert.Equal((table, 0), (table, await CountAsync(database, table)));
        }
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Purge_FilesOnDisk_GoUnlessAnotherRecordNamesThem(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (goes, stays) = (await MirrorAsync(app, "goes"), await MirrorAsync(app, "stays"));
        foreach (var name in (string[])["mail/in/a", "mail/in/b", "mail/out/own", "mail/out/shared", "files/aa/hash-own", "files/bb/hash-shared"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(app.Folder, name))!);
            await File.WriteAllTextAsync(Path.Combine(app.Folder, name), name);
        }

        await using (var database = app.Database())
        {
            foreach (var (place, raw, sent, hash) in new[] { (goes, "in/a", "out/own", "hash-own"), (goes, null, "out/shared", "hash-shared"), (stays, "in/b", "out/shared", "hash-shared") })
            {
                var contact = new Interaction { CounterpartyId = place.Counterparty };
                database.Add(contact);
                database.Add(new MailOut { Key = Guid.NewGuid().ToString("N"), MessageId = Guid.NewGuid().ToString("N"), CounterpartyId = place.Counterparty, ToAddress = "a@x.example", Subject = "s", Text = "t", Attachments = MailFiles.Write([new("f", "text/plain", 1, sent)]) });
                database.Add(new MailIn { MessageId = Guid.NewGuid().ToString("N"), CounterpartyId = place.Counterparty, FromAddress = "a@x.example", File = raw });
                await database.SaveChangesAsync();
                database.Add(new InteractionFile { InteractionId = contact.Id, Name = "f", Type = "text/plain", Hash = hash });
                await database.SaveChangesAsync();
            }
        }

        await PurgeAsync(app, goes.Connection, isLast: false);
        Assert.Equal(["files/bb/hash-shared", "mail/in/b", "mail/out/shared"], Files(app));

        await PurgeAsync(app, stays.Connection, isLast: true);
        Assert.Empty(Files(app));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Purge_TheLast_LeavesEveryTableEmpty(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var place = await FillAsync(app, "last");

        await PurgeAsync(app, place.Connection, isLast: true);

        await using var database = app.Database();
        foreach (var table in GoWithTheirErp.Concat(GoByTheirOwnRule).Concat(StayWithTheCompany))
        {
            Assert.Equal((table, 0), (table, await CountAsync(database, table)));
        }
    }

    private sealed record Place(int Connection, long Counterparty, long Person);

    private static async Task<Place> MirrorAsync(CrmApp app, string name)
    {
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty(name, name));
        host.Persons.Put(Some.Person(name, name, name));
        var connection = await app.MirrorAsync(host, name);
        await using var database = app.Database();
        return new(connection, await app.IdAsync(name), (await database.Set<ContactPersonRecord>().SingleAsync(p => p.HostKey == name)).Id);
    }

    /// <summary>One row in every table of every feature, linked to one ERP as far as the table has links. A new table is filled without being told here.</summary>
    private static async Task<Place> FillAsync(CrmApp app, string name)
    {
        var place = await MirrorAsync(app, name);
        await using var database = app.Database();
        var keys = new Dictionary<string, object>(StringComparer.Ordinal) { ["ConnectionId"] = place.Connection, ["CounterpartyId"] = place.Counterparty, ["OtherId"] = place.Counterparty, ["ContactPersonId"] = place.Person, ["GroupId"] = place.Counterparty };
        var waiting = CrmDataPurge.Tables(database.Model).Where(t => !(name == "stays" && StayWithTheCompany.Contains(t.GetTableName()))).ToList();
        var names = waiting.Select(t => t.ClrType.Name + "Id").ToHashSet(StringComparer.Ordinal);
        while (waiting.Count > 0)
        {
            // Those first on which others hang.
            var next = waiting.FirstOrDefault(t => t.GetProperties().All(p => keys.ContainsKey(p.Name) || !names.Contains(p.Name))) ?? waiting[0];
            waiting.Remove(next);
            var row = Activator.CreateInstance(next.ClrType)!;
            foreach (var property in next.GetProperties().Where(p => p.PropertyInfo is not null))
            {
                if (property.ValueGenerated != ValueGenerated.OnAdd && (keys.GetValueOrDefault(property.Name) ?? Value(property, name)) is { } value)
                {
                    property.PropertyInfo!.SetValue(row, value);
                }
            }

            database.Add(row);
            await database.SaveChangesAsync();
            database.ChangeTracker.Clear();
            if (next.FindProperty("Id") is { } id)
            {
                keys[next.ClrType.Name + "Id"] = id.PropertyInfo!.GetValue(row)!;
            }
        }

        return place;
    }

    /// <summary>Null leaves it as it is.</summary>
    private static object? Value(IProperty property, string name) => property.ClrType switch
    {
        _ when property.IsNullable => null,
        var type when type == typeof(string) => $"{property.Name} {name}",
        var type when type == typeof(byte[]) => Array.Empty<byte>(),
        var type when type == typeof(Guid) => Guid.NewGuid(),
        var type when type.IsEnum => type.GetEnumValues().GetValue(type.GetEnumValues().Length - 1),
        var type when type == typeof(long) && property.IsPrimaryKey() => 1L,
        _ => null,
    };

    private static async Task PurgeAsync(CrmApp app, int connectionId, bool isLast)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<CrmDataPurge>().RunAsync(connectionId, isLast, CancellationToken.None);
    }

    private static async Task<int> CountAsync(CrmDbContext database, string table) =>
        (await database.ReadAsync($"SELECT COUNT(*) FROM {table}", [], row => Convert.ToInt32(row.GetValue(0), System.Globalization.CultureInfo.InvariantCulture), CancellationToken.None)).Single();

    private static IEnumerable<string> Files(CrmApp app) => ((string[])["mail", "files"]).Select(f => Path.Combine(app.Folder, f)).Where(Directory.Exists)
        .SelectMany(f => Directory.GetFiles(f, "*", SearchOption.AllDirectories)).Select(f => Path.GetRelativePath(app.Folder, f)).Order(StringComparer.Ordinal);
}
