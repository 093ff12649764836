using System.Data.Common;
using System.Globalization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Looks at the documents of a run's period as a whole: currencies, and those that belong to nobody yet.</summary>
internal sealed class RunCurrency(DbConnection connection, DbTransaction transaction, ClassificationParameters parameters)
{
    private const string InPeriod = "date >= @from AND date <= @asOf AND state IN (1, 2) AND gone_at IS NULL";

    private string Table => parameters.Population == Population.Suppliers ? "purchase_order" : "sales_order";

    /// <summary>The currency of the run: the one asked for, else that of any document in the period; "" without one.</summary>
    public string Find()
    {
        if (parameters.Currency is { } asked)
        {
            return asked;
        }

        using var command = Command($"SELECT currency FROM {Table} WHERE {InPeriod} LIMIT 1");
        return command.ExecuteScalar() as string ?? "";
    }

    /// <summary>Documents whose counterparty has not been read yet.</summary>
    public long CountWaiting()
    {
        using var command = Command($"SELECT COUNT(*) FROM {Table} WHERE counterparty_id IS NULL AND {InPeriod}");
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>Why amounts of several currencies cannot be added.</summary>
    public ClassificationProblem Mixed()
    {
        using var command = Command($"SELECT DISTINCT currency FROM {Table} WHERE {InPeriod} ORDER BY currency");
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read())
        {
            var currency = reader.GetString(0);
            found.Add(currency.Length == 0 ? "-" : currency);
        }

        return ClassificationProblem.Of("classification.mixed-currencies", "The period holds amounts in {0}, and there are no rates to add them by. Choose one currency.", string.Join(", ", found));
    }

    private DbCommand Command(string text)
    {
        var window = parameters.Window;
        var command = connection.CreateCommand();
        (command.Transaction, command.CommandText, command.CommandTimeout) = (transaction, text, 0);
        command.Add("@from", Math.Min(window.From.DayNumber, window.SeriesFrom.DayNumber));
        command.Add("@asOf", parameters.AsOf.DayNumber);
        return command;
    }
}
