"""The seven standard reports of ФИС ОКО: what each is, its table, its workbook."""
