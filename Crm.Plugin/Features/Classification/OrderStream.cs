using System.Data.Common;

namespace Crm.Plugin.Features.Classification;

/// <summary>How far a run has come.</summary>
/// <param name="IsWriting">False while orders are read, true while rows are written.</param>
/// <param name="Done">Counterparties.</param>
/// <param name="Total">Counterparties.</param>
public readonly record struct FillProgress(bool IsWriting, int Done, int Total)
{
    /// <summary>0–1 over both halves.</summary>
    public double Fraction => Total == 0 ? 0 : ((IsWriting ? 1 : 0) + ((double)Done / Total)) / 2;
}

/// <summary>Reads the orders that count out of the mirror, one customer after the other, in one snapshot.</summary>
internal sealed class OrderStream(DbConnection connection, DbTransaction transaction, ClassificationParameters parameters)
{
    private const string Counting = "state IN (1, 2) AND gone_at IS NULL";
    private const int LookEvery = 16_384;

    private bool NeedsQuantity => parameters.Measure == Measure.Quantity || parameters.Regularity == Measure.Quantity;

    /// <summary>The currency of the run: the one asked for, else that of any order in the period; "" without one.</summary>
    public string Currency()
    {
        if (parameters.Currency is { } asked)
        {
            return asked;
        }

        using var command = Command($"SELECT currency FROM sales_order WHERE date >= @from AND date <= @asOf AND {Counting} LIMIT 1");
        return command.ExecuteScalar() as string ?? "";
    }

    /// <summary>Orders whose counterparty has not been read yet.</summary>
    public long CountWaiting()
    {
        using var command = Command($"SELECT COUNT(*) FROM sales_order WHERE counterparty_id IS NULL AND date >= @from AND date <= @asOf AND {Counting}");
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Streams all counting orders into a fill.</summary>
    /// <exception cref="ClassificationRefusedException">Amounts of several currencies in the period, and none was chosen.</exception>
    public void ReadInto(ClassificationFill fill, string currency, CustomerPopulation population, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        var from = parameters.Window.From.DayNumber;
        var seriesFrom = parameters.Window.SeriesFrom.DayNumber;
        var isMixed = false;
        using (var command = Command(Text(), currency))
        using (var reader = command.ExecuteReader())
        {
            for (var read = 1; reader.Read(); read++)
            {
                var order = Read(reader);
                isMixed |= !order.IsInCurrency && (order.Day >= from || order.Day >= seriesFrom);
                fill.Add(reader.GetInt64(0), order);
                if (read % LookEvery == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                    progress?.Report(new(false, fill.Seen, population.Count));
                    if (isMixed && parameters.Currency is null)
                    {
                        break;
                    }
                }
            }
        }

        if (isMixed && parameters.Currency is null)
        {
            var found = Currencies();
            throw new ClassificationRefusedException(ClassificationProblem.Of(
                "classification.mixed-currencies", "The period holds amounts in {0}, and there are no rates to add them by. Choose one currency.", string.Join(", ", found)));
        }
    }

    private CountedOrder Read(DbDataReader reader)
    {
        var isSale = reader.GetInt32(2) == (int)Contracts.SalesOrderKind.Sale;
        var quantity = NeedsQuantity ? reader.GetInt64(6) : 0;
        return new(
            reader.GetInt32(1), isSale, reader.GetInt32(3) == 1, reader.GetInt64(4), reader.IsDBNull(5) ? null : reader.GetInt64(5),
            // What came back is counted down whichever sign the ERP writes it with.
            isSale ? quantity : -Math.Abs(quantity));
    }

    private string Text()
    {
        var quantity = NeedsQuantity
            ? ", (SELECT CAST(COALESCE(SUM(l.quantity_e4), 0) AS bigint) FROM sales_order_line l WHERE l.order_id = o.id)"
            : "";
        return "SELECT counterparty_id, date, kind, CASE WHEN currency = @currency THEN 1 ELSE 0 END, total_e4, cost_e4" + quantity +
            $" FROM sales_order o WHERE counterparty_id IS NOT NULL AND date <= @asOf AND {Counting} ORDER BY counterparty_id, date";
    }

    private List<string> Currencies()
    {
        using var command = Command($"SELECT DISTINCT currency FROM sales_order WHERE date >= @from AND date <= @asOf AND {Counting} ORDER BY currency");
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read())
        {
            var currency = reader.GetString(0);
            found.Add(currency.Length == 0 ? "-" : currency);
        }

        return found;
    }

    private DbCommand Command(string text, string? currency = null)
    {
        var window = parameters.Window;
        var command = connection.CreateCommand();
        (command.Transaction, command.CommandText, command.CommandTimeout) = (transaction, text, 0);
        if (text.Contains("@from", StringComparison.Ordinal))
        {
            command.Add("@from", Math.Min(window.From.DayNumber, window.SeriesFrom.DayNumber));
        }

        command.Add("@asOf", parameters.AsOf.DayNumber);
        if (currency is not null)
        {
            command.Add("@currency", currency);
        }

        return command;
    }
}

/// <summary>Parameters of plain commands.</summary>
internal static class CommandParameters
{
    public static DbParameter Add(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
        command.Parameters.Add(parameter);
        return parameter;
    }
}
