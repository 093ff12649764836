using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Crm.Plugin.Export;

/// <summary>One sheet of an Excel workbook, written without keeping it in memory; the first row stays in view.</summary>
public sealed class XlsxTableWriter : ITableWriter
{
    private readonly FileStream file;
    private readonly Stream target;
    private readonly SpreadsheetDocument document;
    private readonly OpenXmlWriter sheet;
    private bool header = true;

    /// <summary>Begins the workbook.</summary>
    /// <param name="target">Where it goes when it is finished.</param>
    /// <param name="title">Name of the sheet, at most 31 characters.</param>
    public XlsxTableWriter(Stream target, string title)
    {
        this.target = target;
        // The format's zip needs a stream that can seek; a response cannot.
        file = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        document = SpreadsheetDocument.Create(file, SpreadsheetDocumentType.Workbook);
        var workbook = document.AddWorkbookPart();
        var part = workbook.AddNewPart<WorksheetPart>();
        workbook.Workbook = new Workbook(new Sheets(new Sheet { Id = workbook.GetIdOfPart(part), SheetId = 1, Name = title }));
        var styles = workbook.AddNewPart<WorkbookStylesPart>();
        styles.Stylesheet = Styles();
        sheet = OpenXmlWriter.Create(part);
        sheet.WriteStartElement(new Worksheet());
        sheet.WriteElement(new SheetViews(new SheetView(new Pane { VerticalSplit = 1, TopLeftCell = "A2", ActivePane = PaneValues.BottomLeft, State = PaneStateValues.Frozen }) { WorkbookViewId = 0 }));
        sheet.WriteStartElement(new SheetData());
    }

    /// <inheritdoc/>
    public Task RowAsync(IReadOnlyList<object?> cells)
    {
        sheet.WriteStartElement(new Row());
        foreach (var value in cells)
        {
            sheet.WriteElement(Cell(value, header ? 1U : 0U));
        }

        sheet.WriteEndElement();
        header = false;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        sheet.WriteEndElement();
        sheet.WriteEndElement();
        sheet.Close();
        document.Dispose();
        file.Position = 0;
        await file.CopyToAsync(target);
        await file.DisposeAsync();
    }

    private static Cell Cell(object? value, uint style) => value switch
    {
        null => new Cell(),
        decimal or long or int or double => new Cell { DataType = CellValues.Number, CellValue = new CellValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)) },
        DateOnly day => new Cell { StyleIndex = 2, DataType = CellValues.Number, CellValue = new CellValue(day.ToDateTime(TimeOnly.MinValue).ToOADate().ToString(CultureInfo.InvariantCulture)) },
        _ => new Cell { StyleIndex = style, DataType = CellValues.InlineString, InlineString = new InlineString(new Text(Clean(value.ToString()!)) { Space = SpaceProcessingModeValues.Preserve }) },
    };

    /// <summary>XML 1.0 has no place for most control characters.</summary>
    private static string Clean(string text) => text.Any(c => !System.Xml.XmlConvert.IsXmlChar(c) && !char.IsSurrogate(c))
        ? string.Concat(text.Where(c => System.Xml.XmlConvert.IsXmlChar(c) || char.IsSurrogate(c)))
        : text;

    private static Stylesheet Styles() => new(
        new Fonts(new Font(), new Font(new Bold())),
        new Fills(new Fill(new PatternFill { PatternType = PatternValues.None }), new Fill(new PatternFill { PatternType = PatternValues.Gray125 })),
        new Borders(new Border()),
        new CellFormats(new CellFormat(), new CellFormat { FontId = 1, ApplyFont = true }, new CellFormat { NumberFormatId = 14, ApplyNumberFormat = true }));
}
