using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Contracts;

namespace Crm.Benchmarks;

/// <summary>
/// An ERP of any size that makes each record from its number when it is read: the same in every process, without keeping it.
/// Keys come in the order in which an ERP would hand them out; names repeat as people's do.
/// </summary>
internal sealed class ScaleHost(int counterparties, int orders, int linesPerOrder) : IHost
{
    private static readonly string[] Forms = ["ООО", "ТОВ", "АО", "ФОП", "Ltd", "GmbH"];
    private static readonly string[] Words = ["Сервис", "Будмаш", "Техно", "Агро", "Світло", "Метал", "Импорт", "Trade", "Север", "Дніпро", "Плюс", "Global", "Альянс", "Волга", "Карпати", "Optima"];

    /// <summary>Orders with this number or less get a new version; for measuring an incremental read.</summary>
    public int ChangedOrders { get; set; }

    public int Counterparties => counterparties;

    public int PageSize { get; init; } = 5000;

    /// <summary>Called before each page of any entity.</summary>
    public Action? BeforePage { get; init; }

    public TPort? Find<TPort>()
        where TPort : class =>
        new object[] { new CounterpartySource(this), new OrderSource(this), new LineSource(this) }.OfType<TPort>().FirstOrDefault();

    public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HostCheck>>([]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static Counterparty MakeCounterparty(int n)
    {
        var number = n.ToString(CultureInfo.InvariantCulture);
        return new()
        {
            Key = new(number),
            Version = "1",
            Name = $"{Forms[n % 6]} «{Words[n % 16]}{Words[n / 16 % 16]}-{n % 1000}»",
            Code = "K" + number,
            TaxId = (7_700_000_000L + n).ToString(CultureInfo.InvariantCulture),
            Roles = CounterpartyRoles.Customer,
            Mechanisms =
            [
                new(ContactMechanismKind.Phone, $"+7 {900 + (n * 7919L % 100)} {n * 104_729L % 1000:000}-{n * 31L % 100:00}-{n % 97:00}"),
                new(ContactMechanismKind.Email, $"office{number}@company.example"),
            ],
            Addresses = [new("RU", null, "Пермь", "614000", $"ул. Ленина, {n % 200}")],
            ManagerLogin = "seller" + (n % 10).ToString(CultureInfo.InvariantCulture),
        };
    }

    public SalesOrder MakeOrder(int n) => new()
    {
        Key = new(n.ToString(CultureInfo.InvariantCulture)),
        Version = n < ChangedOrders ? "2" : "1",
        Number = "S-" + n.ToString(CultureInfo.InvariantCulture),
        Counterparty = new(((int)(n * 7919L % counterparties)).ToString(CultureInfo.InvariantCulture)),
        Date = new DateOnly(2023, 1, 1).AddDays(n * 1000L / Math.Max(orders, 1) is var part ? (int)part : 0),
        State = OrderState.Confirmed,
        Total = new(100 + (n % 977) + (n < ChangedOrders ? 1 : 0), "EUR"),
        Cost = 50,
        ManagerLogin = "seller" + (n % 10).ToString(CultureInfo.InvariantCulture),
    };

    private SalesOrderLineSet MakeLines(int n)
    {
        var key = new HostKey(n.ToString(CultureInfo.InvariantCulture));
        var lines = new SalesOrderLine[linesPerOrder];
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = new(key, null, i + 1, 10, 10 * (i + 1));
        }

        return new() { Key = key, Version = "1", Lines = lines };
    }

    private sealed class CounterpartySource(ScaleHost host) : Source<Counterparty>(host, host.Counterparties, MakeCounterparty, () => 0), ICounterpartySource;

    private sealed class OrderSource(ScaleHost host) : Source<SalesOrder>(host, host.Orders, host.MakeOrder, () => host.ChangedOrders), ISalesOrderSource;

    private sealed class LineSource(ScaleHost host) : Source<SalesOrderLineSet>(host, host.LineSets, host.MakeLines, () => 0), ISalesOrderLineSource;

    public int Orders => orders;

    private int LineSets => linesPerOrder == 0 ? 0 : orders;

    /// <summary>Cursor: number of the next record, and how many changed ones were handed out after the first read.</summary>
    private class Source<T>(ScaleHost host, int count, Func<int, T> make, Func<int> changed) : IHostSource<T>
        where T : IHostRecord
    {
        public async IAsyncEnumerable<HostPage<T>> ReadChangedAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.CompletedTask;
            var parts = (cursor ?? "0:0").Split(':');
            var next = int.Parse(parts[0], CultureInfo.InvariantCulture);
            var done = int.Parse(parts[1], CultureInfo.InvariantCulture);
            do
            {
                cancellation.ThrowIfCancellationRequested();
                host.BeforePage?.Invoke();
                var isFirst = next < count;
                var from = isFirst ? next : done;
                var rows = new T[Math.Min(host.PageSize, (isFirst ? count : changed()) - from)];
                for (var i = 0; i < rows.Length; i++)
                {
                    rows[i] = make(from + i);
                }

                (next, done) = isFirst ? (from + rows.Length, done) : (next, from + rows.Length);
                yield return new(rows, [], [], $"{next}:{done}", new(next, count));
            }
            while (next < count || done < changed());
        }

        public IAsyncEnumerable<IReadOnlyList<KeyVersion>> ReadKeys(CancellationToken cancellation) => ListAsync();

        public Task<HostPage<T>> ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation) =>
            Task.FromResult(new HostPage<T>([.. keys.Select(k => make(int.Parse(k.Value, CultureInfo.InvariantCulture)))], [], [], "", default));

        private async IAsyncEnumerable<IReadOnlyList<KeyVersion>> ListAsync()
        {
            await Task.CompletedTask;
            for (var from = 0; from < count; from += host.PageSize)
            {
                yield return [.. Enumerable.Range(from, Math.Min(host.PageSize, count - from)).Select(make).Select(r => new KeyVersion(r.Key, r.Version))];
            }
        }
    }
}
