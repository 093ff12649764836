using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>Reads all counterparties with their orders as one snapshot has them: the blocks, and in place of what changed since, the mirror itself.</summary>
internal sealed class SalesHistoryReader(DbConnection connection, DbTransaction transaction)
{
    private const string Touched = "SELECT counterparty_id FROM sales_touched";
    private const int Ahead = 8;

    private readonly HashSet<long> touched = [];

    /// <summary>Reads with all processors.</summary>
    /// <param name="create">Makes the visitor of one block; visitors run beside each other, but each on one thread at a time.</param>
    /// <param name="progress">Told the blocks done and the number of blocks.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <returns>The visitors in the order of their counterparties' ids.</returns>
    public async Task<IReadOnlyList<TVisitor>> ReadAsync<TVisitor>(Func<TVisitor> create, Action<int, int>? progress, CancellationToken cancellation)
        where TVisitor : class, ISalesVisitor
    {
        var fresh = ReadTouched(cancellation);
        var result = new List<TVisitor>();
        var gate = new Lock();
        var done = 0;
        var count = Count();
        var work = Channel.CreateBounded<(byte[]? Data, byte[]? Fresh, TVisitor Visitor)>(Ahead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var workers = Enumerable.Range(0, Math.Max(2, Environment.ProcessorCount)).Select(_ => Task.Run(WorkAsync, CancellationToken.None)).ToArray();
        try
        {
            await foreach (var (no, data) in BlocksAsync(fresh, stop.Token))
            {
                var visitor = create();
                result.Add(visitor);
                await work.Writer.WriteAsync((data, fresh.GetValueOrDefault(no), visitor), stop.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A worker failed: what it threw is thrown below.
        }
        finally
        {
            work.Writer.TryComplete();
            await Task.WhenAll(workers);
        }

        return result;

        async Task WorkAsync()
        {
            try
            {
                await foreach (var (data, renewed, visitor) in work.Reader.ReadAllAsync(stop.Token))
                {
                    Merge(data, renewed, visitor);
                    lock (gate)
                    {
                        progress?.Invoke(Math.Min(++done, count), count);
                    }
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                await stop.CancelAsync();
                throw;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return; // the other worker says why
            }
        }
    }

    private SortedDictionary<long, byte[]> ReadTouched(CancellationToken cancellation)
    {
        using (var command = Command("SELECT DISTINCT counterparty_id FROM sales_touched"))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                touched.Add(reader.GetInt64(0));
            }
        }

        return touched.Count == 0 ? [] : new SalesSource(connection, transaction).Pack(Touched, cancellation);
    }

    private int Count()
    {
        using var command = Command("SELECT COUNT(*) FROM sales_block");
        return Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async IAsyncEnumerable<(long No, byte[]? Data)> BlocksAsync(
        SortedDictionary<long, byte[]> fresh, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var seen = new HashSet<long>();
        var waiting = new Queue<long>(fresh.Keys);
        await using var command = Command("SELECT no, data FROM sales_block ORDER BY no");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var no = reader.GetInt64(0);
            // New counterparties may lie in blocks that were not there yet.
            while (waiting.TryPeek(out var next) && next <= no)
            {
                waiting.Dequeue();
                if (next < no)
                {
                    yield return (next, null);
                }
            }

            yield return (no, (byte[])reader.GetValue(1));
        }

        foreach (var no in waiting)
        {
            yield return (no, null);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run so often at once that waiting to be compiled well takes seconds
    private void Merge(byte[]? data, byte[]? fresh, ISalesVisitor visitor)
    {
        var old = data is null ? null : new SalesBlockReader(data);
        var renewed = fresh is null ? null : new SalesBlockReader(fresh);
        var hasOld = NextOld();
        var hasNew = renewed?.NextMember() ?? false;
        IReadOnlyList<string> currencies = [.. old?.Currencies ?? [], .. renewed?.Currencies ?? []];
        var shift = old?.Currencies.Count ?? 0;
        visitor.Open(currencies);
        while (hasOld || hasNew)
        {
            if (hasOld && (!hasNew || old!.Id < renewed!.Id))
            {
                Visit(old!, 0, visitor);
                hasOld = NextOld();
            }
            else
            {
                Visit(renewed!, shift, visitor);
                hasNew = renewed!.NextMember();
            }
        }

        bool NextOld()
        {
            while (old?.NextMember() ?? false)
            {
                if (touched.Count == 0 || !touched.Contains(old.Id))
                {
                    return true;
                }
            }

            return false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run so often at once that waiting to be compiled well takes seconds
    private static void Visit(SalesBlockReader member, int shift, ISalesVisitor visitor)
    {
        visitor.Begin(member.Id, member.IsLivingCustomer, member.Key);
        while (member.NextOrder(out var order))
        {
            visitor.Add(shift == 0 ? order : order with { Currency = order.Currency + shift });
        }

        visitor.End();
    }

    private DbCommand Command(string text)
    {
        var command = connection.CreateCommand();
        (command.Transaction, command.CommandText, command.CommandTimeout) = (transaction, text, 0);
        return command;
    }
}
