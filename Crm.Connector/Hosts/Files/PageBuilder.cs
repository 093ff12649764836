using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>Gathers a page; of two rows with one key the later one stays.</summary>
internal sealed class PageBuilder<T>(DataFile file) where T : IHostRecord
{
    public const int MostRecords = 2000;

    private readonly Dictionary<string, (int Index, int Line)> _places = [];
    private List<T> _rows = [];
    private List<RowProblem> _problems = [];

    /// <summary>Records taken in, good or bad.</summary>
    public int Records { get; private set; }

    public bool IsEmpty => _rows.Count == 0 && _problems.Count == 0;

    public List<HostKey> Gone { get; } = [];

    public void Add(FileFormat<T> format, ChunkReader chunk, in Element element, Row row)
    {
        Records += element.Count;
        if (format.Build(chunk, element, row, _problems) is not { } built)
            return;
        Put(built, chunk.Records[element.First].Line);
    }

    public void AddProblems(IEnumerable<RowProblem> problems) => _problems.AddRange(problems);

    public void Put(T built, int line)
    {
        if (_places.TryAdd(built.Key.Value, (_rows.Count, line)))
        {
            _rows.Add(built);
            return;
        }

        var (index, earlier) = _places[built.Key.Value];
        if (_rows[index].Version != built.Version)
        {
            _problems.Add(new($"{file.Name}:{earlier}", "files.duplicate-key",
                $"The key of this row comes again in line {line}; the last row counts."));
        }

        _rows[index] = built;
        _places[built.Key.Value] = (index, line);
    }

    public HostPage<T> ToPage(string cursor, long offset, bool sweepAdvised)
    {
        var page = new HostPage<T>(_rows, [.. Gone], _problems, cursor, new(offset, Math.Max(offset, file.Stamp.Length)))
        {
            SweepAdvised = sweepAdvised,
        };
        _rows = [];
        _problems = [];
        _places.Clear();
        Gone.Clear();
        Records = 0;
        return page;
    }
}
