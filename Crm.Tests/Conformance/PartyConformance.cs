using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Conformance;

/// <summary>Promises of <see cref="ICounterpartySource"/>.</summary>
public abstract class CounterpartyConformance : SourceConformance<Counterparty>
{
    protected override IHostSource<Counterparty>? Find(IHost host) => host.Find<ICounterpartySource>();

    protected override void CheckRecord(Counterparty record)
    {
        Sound.Name(record.Name);
        Sound.Text(record.Code);
        Sound.Text(record.TaxId);
        Sound.Login(record.ManagerLogin);
        Sound.Mechanisms(record.Mechanisms);
        Assert.All(record.Addresses, a => Assert.True(
            a.Country is not null || a.Region is not null || a.City is not null || a.PostalCode is not null || a.Lines is not null,
            $"{record.Key} has an empty address."));
    }

    protected override async Task CheckWholeAsync(IReadOnlyList<Counterparty> records)
    {
        if (World.ReferencesAreWhole && Host.Find<IHostUserSource>() is { } users)
        {
            var logins = (await users.RowsAsync(Cancellation)).Select(u => u.Login).ToHashSet(StringComparer.Ordinal);
            Assert.DoesNotContain(records, r => r.ManagerLogin is { } login && !logins.Contains(login));
        }
    }
}

/// <summary>Promises of <see cref="IContactPersonSource"/>.</summary>
public abstract class ContactPersonConformance : SourceConformance<ContactPerson>
{
    protected override IHostSource<ContactPerson>? Find(IHost host) => host.Find<IContactPersonSource>();

    protected override void CheckRecord(ContactPerson record)
    {
        Sound.Name(record.Name);
        Sound.Name(record.Counterparty.Value);
        Sound.Text(record.Position);
        Sound.Mechanisms(record.Mechanisms);
    }

    protected override async Task CheckWholeAsync(IReadOnlyList<ContactPerson> records)
    {
        if (World.ReferencesAreWhole)
        {
            Sound.Leads(records.Select(r => r.Counterparty), await Host.Find<ICounterpartySource>().KeysAsync(Cancellation));
        }
    }
}

/// <summary>Promises of <see cref="IHostUserSource"/>.</summary>
public abstract class HostUserConformance : SourceConformance<HostUser>
{
    protected override IHostSource<HostUser>? Find(IHost host) => host.Find<IHostUserSource>();

    protected override void CheckRecord(HostUser record)
    {
        Sound.Name(record.Login);
        Sound.Name(record.Name);
        Sound.Text(record.Email);
        Assert.All(record.Groups, Sound.Name);
    }

    protected override Task CheckWholeAsync(IReadOnlyList<HostUser> records)
    {
        Assert.Equal(records.Count, records.Select(r => r.Login).Distinct(StringComparer.Ordinal).Count());
        return Task.CompletedTask;
    }
}
